package dev.millrace.processors.script;

import static dev.millrace.processors.script.WorkerServer.PING_PONG;
import static dev.millrace.processors.script.WorkerServer.onGo;
import static dev.millrace.processors.script.WorkerServer.pingPong;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.store.sqlite.SqliteEventStore;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Start, change, restart and end of workers. */
class WorkerLifeTest {
    private static final String PATH = "/agents/1";
    private static final String WAITING = "millrace/dynamic-worker-waiting";

    @TempDir
    private Path directory;

    private WorkerServer durable(Map<String, String> settings) {
        return WorkerServer.start(SqliteEventStore.open(directory), settings, Map.of());
    }

    private static String removed(String slug) {
        return "{\"slug\":\"" + slug + "\"}";
    }

    @Test
    void should_come_back_after_a_restart_and_act_on_new_events_once() throws Exception {
        try (WorkerServer server = durable(Map.of())) {
            server.configure(PATH, "one", pingPong("pong-one"));
            server.configure(PATH, "two", pingPong("pong-two"));
            server.say(PATH, "ping");
            server.awaitEvents(PATH, "pong-one", 1);
            server.awaitEvents(PATH, "pong-two", 1);
        }
        for (int restart = 1; restart <= 2; restart++) {
            try (WorkerServer server = durable(Map.of())) {
                server.say(PATH, "ping");
                server.awaitEvents(PATH, "pong-one", 1 + restart);
                server.awaitEvents(PATH, "pong-two", 1 + restart);
            }
        }
    }

    @Test
    void should_act_on_the_event_right_after_the_configuration() throws Exception {
        try (WorkerServer server = WorkerServer.start()) {
            for (int round = 1; round <= 5; round++) {
                String path = "/seed/" + round;
                var configured = server.streams()
                        .append(
                                StreamPath.of(path),
                                EventInput.builder()
                                        .type(WorkerServer.CONFIGURED)
                                        .payload(JsonNodeFactory.instance
                                                .objectNode()
                                                .put("slug", "w")
                                                .put("script", PING_PONG))
                                        .build());
                server.say(path, "ping");
                WorkerServer.get(configured);
                server.awaitEvents(path, "pong", 1);
            }
        }
    }

    @Test
    void should_append_once_when_an_event_is_delivered_again_after_a_crash() throws Exception {
        try (MockWebServer web = new MockWebServer()) {
            web.start();
            web.enqueue(
                    new MockResponse.Builder().headersDelay(1, TimeUnit.HOURS).build());
            web.enqueue(new MockResponse.Builder().body("answer").build());
            Map<String, String> settings = Map.of("script.allow-hosts", "localhost:" + web.getPort());
            Event go;
            try (WorkerServer server = durable(settings)) {
                server.configure(
                        PATH,
                        "w",
                        onGo("await append({ type: 'asking' }); await append({ type: 'asking', payload: { n: 2 } });"
                                + "const text = await (await fetch('http://localhost:" + web.getPort() + "/')).text();"
                                + "await append({ type: 'answered', payload: { text } });"));
                go = server.append(PATH, "go", "{}");
                assertThat(web.takeRequest(30, TimeUnit.SECONDS)).isNotNull();
                assertThat(server.ofType(PATH, "asking")).hasSize(2);
            }
            try (WorkerServer server = durable(settings)) {
                Event answered = server.awaitEvents(PATH, "answered", 1).get(0);

                assertThat(answered.payloadJson().path("text").asText()).isEqualTo("answer");
                assertThat(answered.provenance().orElseThrow().sourceOffset()).isEqualTo(go.offset());
                assertThat(server.ofType(PATH, "asking")).hasSize(2);
                assertThat(server.ofType(PATH, WorkerServer.FAILED)).isEmpty();
            }
        }
    }

    @Test
    void should_start_anew_with_every_new_variable_and_miss_nothing() throws Exception {
        try (WorkerServer server = WorkerServer.start()) {
            server.configure(PATH, "w", onGo("await append({ type: 'env', payload: { ...process.env } })"));
            server.append(PATH, "go", "{}");
            server.awaitEvents(PATH, "env", 1);
            server.setEnv(PATH, "A", "1");
            server.append(PATH, "go", "{}");
            server.awaitEvents(PATH, "env", 2);
            server.setEnv(PATH, "A", "1");
            server.setEnv(PATH, "B", "2");
            server.append(PATH, "go", "{}");

            List<Event> seen = server.awaitEvents(PATH, "env", 3);

            assertThat(seen.get(0).payloadJson().size()).isZero();
            assertThat(seen.get(1).payloadJson().toString()).isEqualTo("{\"A\":\"1\"}");
            assertThat(seen.get(2).payloadJson().toString()).isEqualTo("{\"A\":\"1\",\"B\":\"2\"}");
        }
    }

    @Test
    void should_leave_exactly_one_worker_after_many_configurations_at_once() throws Exception {
        try (WorkerServer server = WorkerServer.start()) {
            var all = IntStream.rangeClosed(1, 8)
                    .mapToObj(i -> CompletableFuture.runAsync(() -> {
                        try {
                            server.configure(PATH, "w", pingPong("pong-" + i));
                        } catch (Exception failed) {
                            throw new AssertionError(failed);
                        }
                    }))
                    .toArray(CompletableFuture<?>[]::new);
            WorkerServer.get(CompletableFuture.allOf(all));
            server.say(PATH, "ping");
            await().atMost(WorkerServer.BOUND).until(() -> pongs(server) == 1);
            server.say(PATH, "ping");
            await().atMost(WorkerServer.BOUND).until(() -> pongs(server) == 2);
            server.say(PATH, "ping");
            await().atMost(WorkerServer.BOUND).until(() -> pongs(server) == 3);
        }
    }

    private static long pongs(WorkerServer server) throws Exception {
        return server.log(PATH).stream()
                .filter(event -> event.type().startsWith("pong-"))
                .count();
    }

    @Test
    void should_stop_when_it_is_removed() throws Exception {
        try (WorkerServer server = WorkerServer.start()) {
            server.configure(PATH, "one", pingPong("pong-one"));
            server.configure(PATH, "two", pingPong("pong-two"));
            server.awaitPong(PATH, "pong-one");
            server.append(PATH, EventCatalog.nameOf(WorkerEvent.Removed.class), removed("one"));
            server.awaitEvents(PATH, "pong-two", 1);
            server.awaitPong(PATH, "pong-two");

            assertThat(server.ofType(PATH, "pong-one")).hasSize(1);
            assertThat(server.slice(PATH).path("workersBySlug").has("one")).isFalse();

            server.configure(PATH, "one", pingPong("pong-one"));
            server.awaitPong(PATH, "pong-one");
            assertThat(server.ofType(PATH, "pong-one")).hasSize(2);
        }
    }

    @Test
    void should_run_no_more_workers_than_the_server_allows_and_give_a_free_place_to_the_oldest() throws Exception {
        try (WorkerServer server =
                WorkerServer.start(new InMemoryEventStore(), Map.of("script.max-workers", "1"), Map.of())) {
            server.configure(PATH, "one", pingPong("pong-one"));
            server.awaitPong(PATH, "pong-one");
            Event second = server.configure("/other", "two", pingPong("pong-two"));
            Event waiting = server.awaitEvents("/other", WAITING, 1).get(0);
            assertThat(waiting.payloadJson().toString())
                    .isEqualTo("{\"slug\":\"two\",\"configuredAt\":" + second.offset() + ",\"limit\":1}");
            server.configure("/third", "three", pingPong("pong-three"));
            server.awaitEvents("/third", WAITING, 1);

            server.configure(PATH, "one", pingPong("pong-once-more"));
            server.awaitPong(PATH, "pong-once-more");
            server.say("/other", "ping");
            server.append(PATH, EventCatalog.nameOf(WorkerEvent.Removed.class), removed("one"));

            server.awaitEvents("/other", "pong-two", 1);
            assertThat(server.log("/other")).extracting(Event::type).doesNotContain(WorkerServer.FAILED);
            assertThat(server.ofType("/third", "pong-three")).isEmpty();
        }
    }

    @Test
    void should_run_the_same_workers_after_a_restart_and_let_the_others_wait() throws Exception {
        Map<String, String> settings = Map.of("script.max-workers", "2");
        try (WorkerServer server = durable(settings)) {
            for (int i = 1; i <= 8; i++) {
                server.configure("/w/" + i, "w", pingPong("pong"));
                if (i <= 2) {
                    server.awaitPong("/w/" + i, "pong");
                } else {
                    server.awaitEvents("/w/" + i, WAITING, 1);
                }
            }
        }
        for (int restart = 1; restart <= 2; restart++) {
            try (WorkerServer server = durable(settings)) {
                for (int i = 8; i >= 1; i--) {
                    server.say("/w/" + i, "ping");
                }

                server.awaitEvents("/w/1", "pong", 1 + restart);
                server.awaitEvents("/w/2", "pong", 1 + restart);
                for (int i = 3; i <= 8; i++) {
                    assertThat(server.ofType("/w/" + i, "pong")).isEmpty();
                    assertThat(server.ofType("/w/" + i, WAITING)).hasSize(1);
                    assertThat(server.ofType("/w/" + i, WorkerServer.FAILED)).isEmpty();
                }
            }
        }
    }

    @Test
    void should_run_modules_and_the_older_callback() throws Exception {
        ObjectNode payload = JsonNodeFactory.instance.objectNode().put("slug", "Modular Worker");
        payload.putObject("modules")
                .put("processor.ts", """
                        import { answer } from "./answer.js";
                        export default {
                          initialState: { seen: 0 },
                          reduce({ event, state }) { if (event.type === "go") return { seen: state.seen + 1 } },
                          afterAppend: ({ append, event }) => event.type === "go" ? append(answer(1)) : undefined,
                          async onEvent({ append, event, prevState, state }) {
                            if (event.type === "go") await append({ event: { ...answer(2), payload: { prev: prevState.seen, now: state.seen } } });
                          },
                        };
                        """)
                .put("answer.js", "export const answer = (n) => ({ type: `answer-${n}` });");
        try (WorkerServer server = WorkerServer.start()) {
            server.append(PATH, WorkerServer.CONFIGURED, payload.toString());
            server.append(PATH, "go", "{}");
            server.append(PATH, "go", "{}");

            List<Event> answers = server.awaitEvents(PATH, "answer-2", 2);

            assertThat(answers.get(0).payloadJson().toString()).isEqualTo("{\"prev\":0,\"now\":1}");
            assertThat(answers.get(1).payloadJson().toString()).isEqualTo("{\"prev\":1,\"now\":2}");
            assertThat(server.ofType(PATH, "answer-1")).hasSize(2);
            assertThat(server.ofType(PATH, "answer-1").get(0).offset())
                    .isLessThan(answers.get(0).offset());
        }
    }

    @Test
    void should_return_the_stored_event_and_keep_all_fields_of_the_script() throws Exception {
        try (WorkerServer server = WorkerServer.start()) {
            server.configure(PATH, "w", onGo("""
                            const first = await append({ type: "note", payload: { n: 1 }, metadata: { by: "me" }, source: { of: "me" }, idempotencyKey: "mine" });
                            const again = await append({ event: { type: "note", payload: { n: 2 }, idempotencyKey: "mine" } });
                            append({ type: "unawaited" });
                            await append({ type: "done", payload: { first, same: first.offset === again.offset } });
                            """));
            server.append(PATH, "go", "{}");

            Event done = server.awaitEvents(PATH, "done", 1).get(0);

            assertThat(done.payloadJson().path("same").asBoolean()).isTrue();
            assertThat(done.payloadJson().path("first").path("streamPath").asText())
                    .isEqualTo(PATH);
            assertThat(done.payloadJson()
                            .path("first")
                            .path("metadata")
                            .path("by")
                            .asText())
                    .isEqualTo("me");
            assertThat(done.payloadJson().at("/first/source/of").asText()).isEqualTo("me");
            server.awaitEvents(PATH, "unawaited", 1);
        }
    }

    @Test
    void should_refuse_appends_to_other_streams_and_continue() throws Exception {
        try (WorkerServer server = WorkerServer.start()) {
            server.configure(
                    PATH,
                    "w",
                    onGo(
                                    "await append({ type: 'before' }); await append({ path: '/elsewhere', event: { type: 'x' } });")
                            + "/* */");
            server.configure(PATH, "good", PING_PONG);
            Event first = server.append(PATH, "go", "{}");
            assertThat(server.awaitFailure(PATH, first.offset())).contains("append takes no path", "line 4");
            Event second = server.append(PATH, "go", "{}");
            server.awaitFailure(PATH, second.offset());
            server.awaitPong(PATH, "pong");

            assertThat(server.ofType(PATH, "before")).hasSize(2);
            assertThat(server.log("/elsewhere")).hasSize(1);
        }
    }

    @Test
    void should_continue_its_appends_after_a_pause() throws Exception {
        try (WorkerServer server = WorkerServer.start()) {
            server.configure(PATH, "w", PING_PONG);
            server.awaitPong(PATH, "pong");
            server.say(PATH, "ping");
            server.append(PATH, WorkerServer.TYPES + "paused", "{}");
            server.append(PATH, WorkerServer.TYPES + "resumed", "{}");

            server.awaitEvents(PATH, "pong", 2);
            assertThat(server.ofType(PATH, WorkerServer.FAILED)).isEmpty();
        }
    }

    @Test
    void should_handle_new_events_of_a_fork() throws Exception {
        try (WorkerServer server = WorkerServer.start()) {
            server.configure(PATH, "w", PING_PONG);
            Event ping = server.say(PATH, "ping");
            server.awaitEvents(PATH, "pong", 1);

            server.fork(PATH, ping.offset(), "/agents/2");
            server.awaitPong("/agents/2", "pong");

            assertThat(server.ofType("/agents/2", "pong")).hasSize(1);
            assertThat(server.ofType(PATH, "pong")).hasSize(1);
        }
    }
}
