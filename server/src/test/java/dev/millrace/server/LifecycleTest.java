package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.contracts.wire.LiveReadClient;
import dev.millrace.contracts.wire.RawSocket;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Starting and stopping. */
@Tag("jdk")
class LifecycleTest {
    @Test
    void should_listen_on_loopback_at_the_port_it_says() throws IOException {
        try (RunningServer millrace = new RunningServer()) {
            assertThat(millrace.server.baseUri().toString()).matches("http://127\\.0\\.0\\.1:\\d+");
            assertThat(millrace.get("/healthz").status()).isEqualTo(200);
        }
    }

    @Test
    void should_say_which_address_is_taken() throws IOException {
        try (RunningServer millrace = new RunningServer()) {
            int port = millrace.server.baseUri().getPort();
            assertThatThrownBy(() ->
                            MillraceServer.builder(millrace.engine).port(port).start())
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("127.0.0.1:" + port)
                    .hasMessageContaining("in use");
        }
    }

    @Test
    void should_end_live_reads_and_stop_listening() throws IOException {
        try (RunningServer millrace = new RunningServer()) {
            LiveReadClient reader = millrace.follow(freshStream()).awaitOffset(1);

            millrace.server.stop(Duration.ofSeconds(5));
            millrace.server.stop(Duration.ofSeconds(5));

            assertThat(reader.awaitEnd().end()).isEqualTo("normal");
            assertThatThrownBy(() -> new RawSocket(millrace.server.baseUri())).isInstanceOf(ConnectException.class);
            assertThat(millrace.engine.limits().batchEvents()).isEqualTo(500);
        }
    }

    @Test
    void should_read_the_next_life_of_a_stream_that_is_destroyed_before_the_answer_begins() throws Exception {
        try (RunningServer millrace = new RunningServer()) {
            String stream = freshStream();
            AtomicBoolean enough = new AtomicBoolean();
            Thread destroyer = new Thread(() -> {
                while (!enough.get()) {
                    millrace.engine
                            .destroy(ProjectSlug.defaultProject(), StreamPath.of(stream), false)
                            .handle((destroyed, unknown) -> destroyed)
                            .orTimeout(30, TimeUnit.SECONDS)
                            .join();
                }
            });
            destroyer.start();
            try {
                for (int i = 0; i < 200; i++) {
                    try (LiveReadClient reader = millrace.follow(stream)) {
                        assertThat(reader.status()).as("read %d", i).isEqualTo(200);
                    }
                }
            } finally {
                enough.set(true);
                destroyer.join(30_000);
            }
        }
    }

    @Test
    void should_cut_off_what_outlives_the_deadline() throws IOException {
        try (RunningServer millrace = new RunningServer();
                RawSocket unfinished = new RawSocket(millrace.server.baseUri())) {
            // read an answer first, so that the server has accepted the connection before it stops
            unfinished.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(unfinished.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200");
            unfinished.send("POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf");
            long begin = System.nanoTime();

            millrace.server.stop(Duration.ofMillis(200));

            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
            assertThat(unfinished.readToTheEnd()).doesNotContain("200 OK");
        }
    }

    @Test
    void should_work_over_ipv6_and_on_all_interfaces() throws IOException {
        for (String host : new String[] {"::1", "0.0.0.0"}) {
            try (RunningServer millrace = new RunningServer(builder -> builder.host(host))) {
                assertThat(millrace.get("/healthz").status()).as(host).isEqualTo(200);
            }
        }
    }

    @Test
    void should_refuse_settings_that_make_no_sense() throws IOException {
        try (RunningServer millrace = new RunningServer()) {
            MillraceServer.Builder builder = MillraceServer.builder(millrace.engine);
            assertThatThrownBy(() -> builder.port(65536)).hasMessageContaining("port");
            assertThatThrownBy(() -> builder.heartbeat(Duration.ZERO)).hasMessageContaining("heartbeat");
            assertThatThrownBy(() -> builder.slowReaderTimeout(Duration.ofSeconds(-1)))
                    .hasMessageContaining("slowReaderTimeout");
        }
    }

    @Test
    void should_not_say_that_a_stream_was_destroyed_when_it_stops() throws Exception {
        try (RunningServer stopping = new RunningServer()) {
            LiveReadClient reader =
                    stopping.live(api(freshStream()) + "?caughtUp=true").awaitLine("caught-up");
            stopping.engine.close();
            assertThat(reader.awaitEnd().lines()).doesNotContain("event: destroyed");
        }
    }
}
