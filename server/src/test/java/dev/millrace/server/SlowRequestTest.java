package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.contracts.wire.RawSocket;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.MemoryBudget;
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

            await().pollInterval(Duration.ofMillis(10)).until(() -> {
                clock.advance(SECOND);
                return !canSend(socket);
            });
        }
    }

    private static boolean canSend(RawSocket socket) {
        try {
            socket.send("x");
            return true;
        } catch (IOException closed) {
            return false;
        }
    }

    @Test
    void should_end_a_body_that_drips_and_not_one_that_comes_on() throws Exception {
        MemoryBudget budget = MemoryBudget.of(64 << 20);
        String begin = "{\"type\":\"said\",\"payload\":\"" + "x".repeat(90_000);
        try (RunningServer millrace =
                        new RunningServer(builder -> builder.timers(clock).memory(budget));
                RawSocket slow = new RawSocket(millrace.server.baseUri());
                RawSocket steady = new RawSocket(millrace.server.baseUri())) {
            slow.send(HEAD + "\r\n{");
            steady.send(HEAD.replace("1000", "100000") + "\r\n" + begin);
            await().until(() -> budget.bodies().used() == begin.length() + 1);
            for (int i = 0; i < 20; i++) {
                slow.send("x");
                clock.advance(SECOND);
            }
            // a second in which the server has not yet read what was sent does not count
            await().pollInterval(Duration.ofMillis(10)).until(() -> {
                clock.advance(SECOND);
                return budget.bodies().used() == begin.length();
            });
            assertThat(slow.readToTheEnd()).startsWith("HTTP/1.1 408").contains("arrived too slowly");
            steady.send("x".repeat(100_000 - begin.length() - 2) + "\"}");
            assertThat(steady.readUntil("createdAt")).startsWith("HTTP/1.1 200");
        }
    }
}
