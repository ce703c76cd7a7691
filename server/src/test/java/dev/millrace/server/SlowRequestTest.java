package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.contracts.wire.RawSocket;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.VirtualTimers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests that do not arrive as a whole, or not in time. */
@Timeout(60)
class SlowRequestTest {
    private static final String HEAD =
            "POST /slow/body HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n";
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final VirtualTimers clock = new VirtualTimers();

    @Test
    void should_answer_a_body_that_is_cut_off_with_408() throws Exception {
        try (RunningServer millrace = new RunningServer()) {
            URI uri = millrace.server.baseUri();
            for (String body : new String[] {HEAD + "\r\n{\"type\":", chunked() + "5\r\n{\"typ"}) {
                try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
                    socket.setSoTimeout(30_000);
                    socket.getOutputStream().write(body.getBytes(StandardCharsets.US_ASCII));
                    socket.shutdownOutput();
                    ByteArrayOutputStream answer = new ByteArrayOutputStream();
                    socket.getInputStream().transferTo(answer);
                    assertThat(answer.toString(StandardCharsets.UTF_8))
                            .startsWith("HTTP/1.1 408")
                            .contains("Retry-After: 1", "\"reason\": \"UNAVAILABLE\"", "nothing was appended");
                }
            }
            assertThat(millrace.engine.head(ProjectSlug.defaultProject(), StreamPath.of("/slow/body")))
                    .isEmpty();
        }
    }

    private static String chunked() {
        return "POST /slow/body HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    }

    @Test
    void should_end_a_request_whose_headers_drip() throws Exception {
        try (RunningServer millrace = new RunningServer(builder -> builder.timers(clock));
                RawSocket socket = new RawSocket(millrace.server.baseUri())) {
            socket.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").readUntil("\n}\n");
            await().until(() -> clock.pending() > 0);
            socket.send("GET /healthz HTTP/1.1\r\nX-Drip: ");

            drip(socket, 60);

            assertThat(socket.readToTheEnd()).doesNotContain("200 OK");
        }
    }

    @Test
    void should_end_a_body_that_drips_and_not_one_that_comes_on() throws Exception {
        try (RunningServer millrace = new RunningServer(builder -> builder.timers(clock));
                RawSocket slow = new RawSocket(millrace.server.baseUri());
                RawSocket steady = new RawSocket(millrace.server.baseUri())) {
            slow.send(HEAD + "\r\n{");
            steady.send(HEAD.replace("1000", "100000") + "\r\n{\"type\":\"said\",\"payload\":\"");
            String part = "x".repeat(3_000);
            for (int i = 0; i < 30; i++) {
                steady.send(part);
                slow.send("x");
                Thread.yield();
                clock.advance(SECOND);
            }
            await().pollInterval(Duration.ofMillis(20)).until(() -> {
                clock.advance(SECOND);
                return clock.now().isAfter(java.time.Instant.parse("2026-01-01T00:00:50Z"));
            });
            assertThat(slow.readToTheEnd()).startsWith("HTTP/1.1 408").contains("arrived too slowly");
            int sent = 30 * part.length() + "{\"type\":\"said\",\"payload\":\"".length();
            steady.send("x".repeat(100_000 - sent - 2) + "\"}");
            assertThat(steady.readUntil("\n}\n")).startsWith("HTTP/1.1 200");
        }
    }

    private void drip(RawSocket socket, int seconds) {
        for (int i = 0; i < seconds; i++) {
            try {
                socket.send("x");
            } catch (IOException closed) {
                return;
            }
            awaitBriefly();
            clock.advance(SECOND);
        }
    }

    /** Lets the server read what was sent; the order of the two does not matter to the test. */
    private static void awaitBriefly() {
        Thread.yield();
    }
}
