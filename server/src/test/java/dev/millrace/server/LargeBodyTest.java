package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.contracts.wire.RawSocket;
import dev.millrace.core.runner.Timers;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;

/** Large bodies are read and parsed on few threads of their own, so that many of them leave short requests alone. */
class LargeBodyTest {
    /** The rate limit reads this clock on the thread that has parsed a body. */
    private static final class ThreadNames implements Timers {
        final Queue<String> seen = new ConcurrentLinkedQueue<>();

        @Override
        public Instant now() {
            return Timers.system().now();
        }

        @Override
        public Duration elapsed() {
            String name = Thread.currentThread().getName();
            if (name.matches("millrace-(appends|large-bodies)-.*")) {
                seen.add(name.replaceFirst("-[0-9]+$", ""));
            }
            return Timers.system().elapsed();
        }

        @Override
        public Timer after(Duration delay, Runnable task) {
            return Timers.system().after(delay, task);
        }

        @Override
        public Timer at(Instant due, Runnable task) {
            return Timers.system().at(due, task);
        }
    }

    private static String body(int size) {
        return "{\"type\":\"a\",\"payload\":\"" + "x".repeat(size - 25) + "\"}";
    }

    @Test
    void should_parse_large_bodies_on_threads_of_their_own() throws IOException {
        ThreadNames threads = new ThreadNames();
        try (RunningServer millrace =
                new RunningServer(options -> options.timers(threads).rateLimit(1_000))) {
            millrace.append("/a", body(60_000));
            assertThat(threads.seen).doesNotContain("millrace-large-bodies").contains("millrace-appends");
            threads.seen.clear();

            millrace.append("/a", body(70_000));
            assertThat(threads.seen).contains("millrace-large-bodies");
            threads.seen.clear();

            try (RawSocket unknownLength = new RawSocket(millrace.server.baseUri())) {
                String head = """
                        POST /api/streams/a HTTP/1.1
                        Host: localhost
                        Content-Type: application/json
                        Transfer-Encoding: chunked

                        """.replace("\n", "\r\n");
                String chunk = Integer.toHexString(70_000) + "\r\n" + body(70_000) + "\r\n0\r\n\r\n";
                assertThat(unknownLength.send(head).send(chunk).readUntil("\r\n"))
                        .startsWith("HTTP/1.1 200");
            }
            assertThat(threads.seen).contains("millrace-large-bodies");
        }
    }
}
