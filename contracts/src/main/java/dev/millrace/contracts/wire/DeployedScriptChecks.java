package dev.millrace.contracts.wire;

import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.BuiltInType;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/**
 * Checks of scripts that are deployed by an event, over HTTP.
 *
 * @since 0.1
 */
public abstract class DeployedScriptChecks extends WireChecks {
    static final Duration QUIET = Duration.ofMillis(500);
    /** A script that answers an event with the word ping. */
    static final String PONG = """
            export default {
              async afterAppend({ append, event }) {
                if (/\\bping\\b/.test(event.payload?.text ?? "")) {
                  await append({ event: { type: "pong", payload: { by: "%s", to: event.offset } } });
                }
              },
            };
            """;

    @Test
    void check_81_a_script_answers_later_events_and_not_its_own_configuration() {
        String stream = freshStream();
        deploy(stream, "pong", PONG.formatted("p"));
        say(stream, "hello ping world");
        say(stream, "camping trip");

        awaitPongs(stream, 1);
        millrace.awaitHistory(stream, events -> events.size() == 5);
        millrace.awaitTypes(stream, QUIET, millrace.types(stream).toArray(String[]::new));
        List<JsonNode> pongs = pongs(millrace.history(stream).events());
        assertThat(pongs).hasSize(1);
        assertThat(pongs.get(0).at("/payload/to").intValue()).isEqualTo(3);
    }

    @Test
    void check_82_scripts_are_independent_and_replaced_by_slug() {
        String stream = freshStream();
        deploy(stream, "a", PONG.formatted("a1"));
        deploy(stream, "b", PONG.formatted("b1"));
        say(stream, "ping");
        assertThat(by(awaitPongs(stream, 2))).containsExactlyInAnyOrder("a1", "b1");

        deploy(stream, "b", PONG.formatted("b2"));
        deploy(stream, "a", PONG.formatted("a1"));
        say(stream, "ping");

        assertThat(by(awaitPongs(stream, 4)).subList(2, 4)).containsExactlyInAnyOrder("a1", "b2");
    }

    @Test
    void check_83_modules_work_and_script_and_modules_exclude_each_other() {
        String stream = freshStream();
        ObjectNode payload = JsonNodeFactory.instance.objectNode().put("slug", "m");
        payload.putObject("modules")
                .put("processor.ts", "import { pong } from './pong.js'; export default { afterAppend: pong };")
                .put(
                        "pong.js",
                        "export async function pong({ append, event }) {"
                                + " if (event.type === 'said') await append({ type: 'pong', payload: { by: 'm', to: event.offset } }); }");
        millrace.append(stream, ProcessorEvents.DYNAMIC_WORKER_CONFIGURED, payload.toString());
        say(stream, "anything");
        assertThat(by(awaitPongs(stream, 1))).containsExactly("m");

        for (String wrong : List.of("{\"slug\":\"x\"}", "{\"slug\":\"x\",\"script\":\"\",\"modules\":{}}")) {
            Answer kept = millrace.append(freshStream(), ProcessorEvents.DYNAMIC_WORKER_CONFIGURED, wrong);
            assertThat(BuiltInType.INVALID_EVENT_APPENDED.matches(kept.text("/event/type")))
                    .isTrue();
        }
    }

    @Test
    void check_84_on_event_gets_the_state_before_and_after() {
        String stream = freshStream();
        deploy(stream, "legacy", """
                export default {
                  initialState: { n: 0 },
                  reduce: ({ state, event }) => (event.type === "said" ? { n: state.n + 1 } : state),
                  async onEvent({ append, event, prevState, state }) {
                    if (event.type === "said") {
                      await append({ type: "pong", payload: { by: prevState.n + ">" + state.n, to: event.offset } });
                    }
                  },
                };
                """);
        say(stream, "a");
        say(stream, "b");

        assertThat(by(awaitPongs(stream, 2))).containsExactly("0>1", "1>2");
    }

    @Test
    void check_85_an_append_elsewhere_fails_for_that_event_alone() {
        String stream = freshStream();
        deploy(stream, "stray", """
                export default {
                  async afterAppend({ append, event }) {
                    if (event.payload?.text === "stray") await append({ path: "/elsewhere", event: { type: "pong" } });
                    if (event.payload?.text === "ping") await append({ type: "pong", payload: { by: "here" } });
                  },
                };
                """);
        say(stream, "stray");
        say(stream, "ping");

        assertThat(by(awaitPongs(stream, 1))).containsExactly("here");
        millrace.awaitHistory(
                stream,
                events -> events.stream()
                        .anyMatch(event -> event.path("type").asText().equals(BuiltInType.EFFECT_FAILED.type())
                                && event.path("payload").toString().contains("path")));
        millrace.append(stream, "{\"type\":\"usable\"}").expect(200);
    }

    @Test
    void check_87_a_secret_reference_in_a_header_is_replaced_on_the_way_out() throws Exception {
        assumeTrue(millrace.egressPort().isPresent(), "it needs a service whose scripts may call this machine");
        List<String> seen = new CopyOnWriteArrayList<>();
        int port = millrace.egressPort().getAsInt();
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        receiver.createContext("/", exchange -> {
            seen.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            exchange.sendResponseHeaders(200, 2);
            exchange.getResponseBody().write("ok".getBytes(StandardCharsets.UTF_8));
            exchange.close();
        });
        receiver.start();
        try {
            String name = "key-" + Long.toString(System.nanoTime(), 36);
            millrace.post("/api/secrets", "{\"name\":\"" + name + "\",\"value\":\"s3cr3t-value\"}");
            String stream = freshStream();
            String script = """
                    export default {
                      async afterAppend({ append, event }) {
                        if (event.type !== "said") return;
                        try {
                          const answer = await fetch("http://127.0.0.1:%d/", {
                            headers: { authorization: "Bearer getIterateSecret({secretKey: '%s'})" } });
                          await append({ type: "pong", payload: { by: await answer.text() } });
                        } catch (e) {
                          await append({ type: "pong", payload: { by: "failed" } });
                        }
                      },
                    };
                    """;
            deploy(stream, "out", script.formatted(port, name));
            say(stream, "go");
            assertThat(by(awaitPongs(stream, 1))).containsExactly("ok");
            assertThat(seen).containsExactly("Bearer s3cr3t-value");
            assertThat(millrace.history(stream).body()).doesNotContain("s3cr3t-value");

            deploy(stream, "out", script.formatted(port, name + "-unknown"));
            say(stream, "go");
            assertThat(by(awaitPongs(stream, 2))).containsExactly("ok", "failed");
        } finally {
            receiver.stop(0);
        }
    }

    private void deploy(String stream, String slug, String script) {
        deploy(millrace, stream, slug, script);
    }

    private void say(String stream, String text) {
        say(millrace, stream, text);
    }

    private List<JsonNode> awaitPongs(String stream, int count) {
        return awaitPongs(millrace, stream, count);
    }

    static void deploy(ServiceClient millrace, String stream, String slug, String script) {
        Answer answer = millrace.append(
                stream,
                ProcessorEvents.DYNAMIC_WORKER_CONFIGURED,
                JsonNodeFactory.instance
                        .objectNode()
                        .put("slug", slug)
                        .put("script", script)
                        .toString());
        assertThat(answer.text("/event/type")).isEqualTo(ProcessorEvents.DYNAMIC_WORKER_CONFIGURED.name());
    }

    static void say(ServiceClient millrace, String stream, String text) {
        millrace.append(stream, "{\"type\":\"said\",\"payload\":{\"text\":\"" + text + "\"}}");
    }

    static List<JsonNode> awaitPongs(ServiceClient millrace, String stream, int count) {
        return pongs(millrace.awaitHistory(stream, events -> pongs(events).size() >= count));
    }

    private static List<JsonNode> pongs(List<JsonNode> events) {
        return events.stream()
                .filter(event -> event.path("type").asText().equals("pong"))
                .toList();
    }

    private static List<String> by(List<JsonNode> pongs) {
        return pongs.stream().map(pong -> pong.at("/payload/by").textValue()).toList();
    }
}
