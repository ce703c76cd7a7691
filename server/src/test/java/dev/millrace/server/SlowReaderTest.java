package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.contracts.wire.RawSocket;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.MemoryBudget;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Readers over real sockets that do not read, or have closed their connection. */
@Tag("jdk")
@Timeout(60)
class SlowReaderTest {
    private static final String LARGE = "{\"type\":\"a\",\"payload\":{\"t\":\"" + "x".repeat(500_000) + "\"}}";

    private final VirtualTimers clock = new VirtualTimers();

    @Test
    void should_drop_a_reader_that_takes_nothing() throws IOException {
        try (RunningServer millrace = new RunningServer(builder -> builder.slowReaderTimeout(Duration.ofMillis(300)));
                RawSocket stuck = new RawSocket(millrace.server.baseUri())) {
            String stream = freshStream();
            stuck.send("GET " + api(stream) + "?afterOffset=start HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    .readUntil("id: 1");
            for (int i = 0; i < 40; i++) {
                millrace.append(stream, LARGE);
            }
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> millrace.server.liveReads() == 0);

            assertThat(stuck.readToTheEnd()).doesNotContain("id: 41\n");
            assertThat(millrace.append(stream, "{\"type\":\"b\"}").status()).isEqualTo(200);
        }
    }

    @Test
    void should_tell_a_slow_reader_why_when_it_reads_again_in_time() throws IOException {
        try (RunningServer millrace = new RunningServer(
                        builder -> builder.heartbeat(Duration.ofSeconds(2)).slowReaderTimeout(Duration.ofMillis(300)));
                RawSocket slow = new RawSocket(millrace.server.baseUri())) {
            String stream = freshStream();
            slow.send("GET " + api(stream) + "?afterOffset=start HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    .readUntil("id: 1");
            for (int i = 0; i < 40; i++) {
                millrace.append(stream, LARGE);
            }
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> millrace.server.slowReads() == 1);

            String rest = slow.readUntil("too slow");

            assertThat(rest)
                    .contains("event: error\ndata: {")
                    .contains("\"reason\":\"UNAVAILABLE\"")
                    .doesNotContain("id: 41\n");
        }
    }

    @Test
    void should_forget_readers_that_have_gone_away() throws IOException {
        try (RunningServer millrace = new RunningServer()) {
            String stream = freshStream();
            for (int i = 0; i < 20; i++) {
                RawSocket socket = new RawSocket(millrace.server.baseUri());
                socket.send("GET " + api(stream) + "?afterOffset=start HTTP/1.1\r\nHost: localhost\r\n\r\n")
                        .readUntil("id: 1");
                socket.reset();
            }
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> millrace.server.liveReads() == 0);
        }
    }

    @Test
    void should_hold_many_readers_without_a_thread_for_each() throws IOException {
        try (RunningServer millrace = new RunningServer()) {
            String stream = freshStream();
            millrace.append(stream, "{\"type\":\"a\"}");
            List<RawSocket> sockets = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                sockets.add(new RawSocket(millrace.server.baseUri())
                        .send("GET " + api(stream) + "?afterOffset=start HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            }
            for (RawSocket socket : sockets) {
                socket.readUntil("id: 2");
            }
            Set<String> threads = Thread.getAllStackTraces().keySet().stream()
                    .map(Thread::getName)
                    .filter(name -> name.startsWith("millrace-http"))
                    .collect(Collectors.toSet());
            assertThat(threads).hasSizeLessThan(100);
            millrace.append(stream, "{\"type\":\"b\"}");
            for (RawSocket socket : sockets) {
                assertThat(socket.readUntil("id: 3")).contains("id: 3");
                socket.reset();
            }
        }
    }

    @Test
    void should_append_while_live_readers_that_take_nothing_hold_their_memory() throws IOException {
        MemoryBudget budget = MemoryBudget.of(8 << 20);
        List<RawSocket> stuck = new ArrayList<>();
        try (RunningServer millrace =
                new RunningServer(builder -> builder.timers(clock).memory(budget))) {
            String stream = longStream(millrace);
            for (int i = 0; i < 4; i++) {
                stuck.add(reader(millrace, stream, "afterOffset=start"));
            }
            Awaitility.await().until(() -> budget.live().used() == budget.live().capacity());

            for (int i = 0; i < 10; i++) {
                assertThat(millrace.append(stream, LARGE).status()).isEqualTo(200);
            }
        } finally {
            close(stuck);
        }
    }

    @Test
    void should_read_although_finite_readers_that_take_nothing_hold_all_memory_of_reads() throws IOException {
        MemoryBudget budget = MemoryBudget.of(8 << 20);
        List<RawSocket> stuck = new ArrayList<>();
        try (RunningServer millrace =
                new RunningServer(builder -> builder.timers(clock).memory(budget))) {
            String stream = longStream(millrace);
            for (int i = 0; i < 2; i++) {
                stuck.add(reader(millrace, stream, "beforeOffset=end"));
            }
            Awaitility.await()
                    .until(() -> budget.reads().used() == budget.reads().capacity());

            CompletableFuture<Integer> other = CompletableFuture.supplyAsync(
                    () -> millrace.get(api(stream) + "?beforeOffset=3").status());
            Awaitility.await().pollInterval(Duration.ofMillis(100)).until(() -> {
                clock.advance(Duration.ofMillis(100));
                return other.isDone();
            });

            assertThat(other).isCompletedWithValue(200);
        } finally {
            close(stuck);
        }
    }

    private static String longStream(RunningServer millrace) {
        String stream = freshStream();
        for (int i = 0; i < 40; i++) {
            assertThat(millrace.append(stream, LARGE).status()).isEqualTo(200);
        }
        return stream;
    }

    private static RawSocket reader(RunningServer millrace, String stream, String query) throws IOException {
        return new RawSocket(millrace.server.baseUri())
                .send("GET " + api(stream) + "?" + query + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }

    private static void close(List<RawSocket> sockets) throws IOException {
        for (RawSocket socket : sockets) {
            socket.close();
        }
    }
}
