package dev.millrace.processors.script;

import static dev.millrace.processors.script.WorkerServer.PING_PONG;
import static dev.millrace.processors.script.WorkerServer.pingPong;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.Event;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Scripts as the reference service runs them, and cases in which that service fails. */
class HostedWorkerTest {
    private static final String PATH = "/agents/1";

    private final WorkerServer server = WorkerServer.start();

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void should_answer_later_pings_only() throws Exception {
        server.say(PATH, "an old ping");
        Event configured = server.configure(PATH, "ping-pong", PING_PONG);
        Event ping = server.say(PATH, "hello ping world");
        server.say(PATH, "camping trip");
        server.say(PATH, "second ping");

        List<Event> pongs = server.awaitEvents(PATH, "pong", 2);

        assertThat(pongs.get(0).payloadJson().path("at").asLong()).isEqualTo(ping.offset());
        assertThat(pongs.get(0).payloadJson().path("seen").asLong()).isEqualTo(ping.offset());
        assertThat(pongs.get(0).provenance()).hasValueSatisfying(origin -> {
            assertThat(origin.processor()).isEqualTo("dynamic-worker.ping-pong");
            assertThat(origin.version()).isEqualTo((int) configured.offset());
            assertThat(origin.sourceOffset()).isEqualTo(ping.offset());
        });
    }

    @Test
    void should_swap_one_of_two_workers_and_ignore_the_same_configuration() throws Exception {
        server.configure(PATH, "one", pingPong("pong-one"));
        server.configure(PATH, "two", pingPong("pong-two"));
        server.say(PATH, "ping");
        server.awaitEvents(PATH, "pong-one", 1);
        server.awaitEvents(PATH, "pong-two", 1);

        server.configure(PATH, "one", pingPong("pong-three"));
        server.configure(PATH, "two", pingPong("pong-two"));
        server.say(PATH, "ping");

        server.awaitEvents(PATH, "pong-three", 1);
        server.awaitEvents(PATH, "pong-two", 2);
        server.awaitPong(PATH, "pong-three");
        assertThat(server.ofType(PATH, "pong-one")).hasSize(1);
        await().atMost(WorkerServer.BOUND)
                .until(() -> server.ofType(PATH, "pong-two").size() == 3);
        assertThat(server.ofType(PATH, WorkerServer.FAILED)).isEmpty();
    }
}
