package dev.millrace.processors.script;

import static dev.millrace.processors.script.WorkerServer.CONFIGURED;
import static dev.millrace.processors.script.WorkerServer.PING_PONG;
import static dev.millrace.processors.script.WorkerServer.TYPES;
import static dev.millrace.processors.script.WorkerServer.onGo;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.Provenance;
import dev.millrace.core.StreamPath;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What scripts may append, and how long their chains may be. */
class WorkerControlTest {
    private static final String PATH = "/agents/1";

    private final WorkerServer server = WorkerServer.start();

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                TYPES + "resumed",
                " https://events.iterate.com/events/stream/paused ",
                "events.iterate.com/core/stream-paused",
                "millrace/processor-attached",
                TYPES + "dynamic-worker/configured",
                "https://events.iterate.com/dynamic-worker-env-var-set",
            })
    void should_not_let_a_script_append_what_takes_more_than_append(String type) throws Exception {
        server.configure(
                PATH,
                "w",
                onGo("try { await append({ type: '" + type + "' }); } catch {}" + "await append({ type: 'after' });"));

        Event go = server.append(PATH, "go", "{}");

        assertThat(server.awaitFailure(PATH, go.offset()))
                .contains("worker 'w' may not append '" + type.strip() + "'", "\"mayControl\": true");
        server.awaitEvents(PATH, WorkerServer.FAILED, 1);
        assertThat(server.ofType(PATH, "after")).isEmpty();
        assertThat(server.log(PATH)).hasSize(4);
    }

    @Test
    void should_let_a_script_control_and_deploy_if_its_configuration_says_so() throws Exception {
        configureToControl(
                "w",
                onGo("await append({ type: '" + TYPES + "resumed' });"
                        + "await append({ type: '" + CONFIGURED + "', payload: { slug: 'learned', script: `"
                        + PING_PONG.replace("\\", "\\\\") + "` } });"));

        server.append(PATH, "go", "{}");

        server.awaitEvents(PATH, TYPES + "resumed", 1);
        server.awaitEvents(PATH, CONFIGURED, 2);
        server.awaitPong(PATH, "pong");
    }

    @Test
    void should_restart_a_script_whose_permission_is_taken_back() throws Exception {
        String script = onGo("await append({ type: '" + TYPES + "resumed' });");
        configureToControl("w", script);
        server.configure(PATH, "w", script);

        Event go = server.append(PATH, "go", "{}");

        assertThat(server.awaitFailure(PATH, go.offset())).contains("may not append");
    }

    @Test
    void should_end_a_script_that_appends_resumed_and_its_own_trigger_at_the_depth_limit() throws Exception {
        configureToControl("w", onGo("await append({ type: '" + TYPES + "resumed' }); await append({ type: 'go' });"));

        Provenance nearTheLimit = new Provenance("other", 1, StreamPath.of(PATH), 2, 995, 0);
        WorkerServer.get(server.streams()
                .append(
                        StreamPath.of(PATH),
                        EventInput.builder()
                                .type("go")
                                .metadata(nearTheLimit.asMetadata(Optional.empty()))
                                .build()));

        Event failed = server.awaitEvents(PATH, WorkerServer.FAILED, 1).get(0);
        assertThat(failed.payloadJson().path("message").asText())
                .contains("append of " + TYPES + "resumed", "chain of 1001 reactions", "limits are 1000 reactions");
        assertThat(failed.provenance().orElseThrow().depth()).isEqualTo(1000);
        assertThat(server.ofType(PATH, "go")).hasSize(7);
        assertThat(server.log(PATH)).last().isEqualTo(failed);
    }

    private void configureToControl(String slug, String script) throws Exception {
        ObjectNode payload = JsonNodeFactory.instance
                .objectNode()
                .put("slug", slug)
                .put("script", script)
                .put("mayControl", true);
        server.append(PATH, CONFIGURED, payload.toString());
    }
}
