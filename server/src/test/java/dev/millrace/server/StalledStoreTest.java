package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static dev.millrace.contracts.wire.ServiceClient.stateOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.millrace.contracts.wire.LiveReadClient;
import dev.millrace.contracts.wire.RawSocket;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.runner.NonBlockingThread;
import dev.millrace.core.runner.Timers;
import dev.millrace.engine.MemoryBudget;
import dev.millrace.server.internal.http.HttpErrorException;
import dev.millrace.server.internal.http.RequestExecutor;
import dev.millrace.server.security.AccessTokens;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Calls that wait for a store or a file run on the request executors: never on the threads of sockets or timers. */
@Tag("jdk")
@Timeout(60)
class StalledStoreTest {
    /** More requests than Jetty has threads. */
    private static final int MANY = 250;

    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Test
    void should_answer_what_needs_no_store_while_the_store_stalls() throws Exception {
        StallingStore stalling = new StallingStore();
        try (RunningServer millrace = new RunningServer(stalling.store, options -> options)) {
            String stream = freshStream();
            millrace.append(stream, "{\"type\":\"a\"}");
            LiveReadClient reader =
                    millrace.live(api(stream) + "?afterOffset=1").awaitOffset(2);
            stalling.stall();
            List<RawSocket> waiting = new ArrayList<>();
            for (int i = 0; i < MANY; i++) {
                String request = i % 2 == 0
                        ? "GET " + api(stream) + "?beforeOffset=end HTTP/1.1\r\nHost: localhost\r\n\r\n"
                        : "POST " + api(stream) + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                                + "Content-Length: 12\r\n\r\n{\"type\":\"b\"}";
                waiting.add(new RawSocket(millrace.server.baseUri()).send(request));
            }
            await().atMost(LIMIT).until(() -> stalling.held() > 2);
            long heard = reader.comments();

            assertThat(millrace.get("/healthz").status()).isEqualTo(200);
            CompletableFuture<Void> timer = new CompletableFuture<>();
            Timers.system().after(Duration.ZERO, () -> timer.complete(null));
            timer.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            await().atMost(LIMIT).until(() -> reader.comments() > heard + 1);

            stalling.goOn();
            for (RawSocket socket : waiting) {
                assertThat(socket.readUntil("\r\n")).startsWith("HTTP/1.1 200");
                socket.reset();
            }
        }
        assertThat(stalling.misplaced).isEmpty();
    }

    @Test
    void should_ask_the_store_on_no_thread_that_reads_sockets() throws IOException {
        StallingStore stalling = new StallingStore();
        try (RunningServer millrace = new RunningServer(stalling.store, options -> options)) {
            String stream = freshStream();
            String large = "{\"type\":\"a\",\"payload\":{\"t\":\"" + "x".repeat(400_000) + "\"}}";
            for (int i = 0; i < 20; i++) {
                millrace.append(stream, large);
            }
            try (RawSocket slow = new RawSocket(millrace.server.baseUri())) {
                slow.send("GET " + api(stream) + "?beforeOffset=end HTTP/1.1\r\nHost: localhost\r\n\r\n")
                        .readUntil("id: 20");
            }
            try (RawSocket slow = new RawSocket(millrace.server.baseUri())) {
                slow.send("POST /api/streams/__fork" + stream + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                                + "application/json\r\nExpect: 100-continue\r\nContent-Length: 26\r\n\r\n")
                        .readUntil("100 Continue");
                assertThat(slow.send("{\"at\": 2, \"to\": \"" + "/f"
                                        + freshStream().substring(0, 5) + "\"}")
                                .readUntil("\r\n"))
                        .startsWith("HTTP/1.1 ");
            }
            millrace.get(stateOf(freshStream()) + "?create=false");
            millrace.get(stateOf(stream));
            millrace.get("/api/streams/__children" + stream);
            millrace.send("HEAD", api(stream), "");
            millrace.send("DELETE", api(stream), "");
        }
        assertThat(stalling.misplaced).isEmpty();
    }

    @Test
    void should_hold_no_memory_of_reads_for_states_that_wait() throws Exception {
        StallingStore stalling = new StallingStore();
        MemoryBudget budget = MemoryBudget.of(8 << 20);
        try (RunningServer millrace = new RunningServer(stalling.store, options -> options.memory(budget));
                RawSocket waiting = new RawSocket(millrace.server.baseUri())) {
            String stream = freshStream();
            millrace.append(stream, "{\"type\":\"a\"}");
            stalling.stall();
            waiting.send("GET " + stateOf(stream) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
            await().atMost(LIMIT).until(() -> stalling.held() > 0);

            assertThat(budget.reads().used()).isZero();
            stalling.goOn();
            assertThat(waiting.readUntil("eventCount")).startsWith("HTTP/1.1 200");
        }
    }

    @Test
    void should_refuse_callers_without_a_token_before_they_take_a_place(@TempDir Path directory) throws Exception {
        StallingStore stalling = new StallingStore();
        AccessTokens tokens = AccessTokens.in(directory, Timers.system());
        String token = tokens.create(
                        Optional.empty(), StreamPath.root(), Set.of(Operation.READ, Operation.APPEND), Optional.empty())
                .token();
        try (RunningServer millrace = new RunningServer(stalling.store, options -> options.tokens(tokens))) {
            millrace.append("/a", "{\"type\":\"a\"}", "Authorization", "Bearer " + token);
            stalling.stall();
            List<RawSocket> waiting = new ArrayList<>();
            for (int i = 0; i < MANY; i++) {
                waiting.add(new RawSocket(millrace.server.baseUri())
                        .send(
                                "GET /api/streams/a?beforeOffset=end HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                                        + token + "\r\n\r\n"));
            }
            await().atMost(LIMIT).until(() -> stalling.held() > 2);

            assertThat(millrace.get("/api/streams/a").status()).isEqualTo(401);

            stalling.goOn();
            for (RawSocket socket : waiting) {
                assertThat(socket.readUntil("\r\n")).startsWith("HTTP/1.1 200");
                socket.reset();
            }
        }
    }

    @Test
    void should_refuse_a_request_when_too_many_wait_to_begin() throws Exception {
        RequestExecutor executor = new RequestExecutor("reads", 2, 1); // one for a stream
        ProjectSlug project = ProjectSlug.defaultProject();
        StreamPath path = StreamPath.of("/a");
        CountDownLatch hold = new CountDownLatch(1);
        CountDownLatch begun = new CountDownLatch(1);
        executor.begin(project, path, () -> {
            begun.countDown();
            try {
                hold.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        begun.await();
        CountDownLatch last = new CountDownLatch(2);
        executor.begin(project, path, last::countDown);

        HttpErrorException refusal =
                assertThrows(HttpErrorException.class, () -> executor.begin(project, path, last::countDown));
        executor.of(project, path).execute(last::countDown); // a started request may continue

        assertThat(refusal.status()).isEqualTo(503);
        assertThat(refusal)
                .hasMessage("the server is too busy: 1 reads already wait to begin, 1 of them for this project; try"
                        + " again in a few seconds");
        hold.countDown();
        assertThat(last.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        executor.stop();
    }

    @Test
    void should_leave_room_for_other_projects_when_one_project_waits() throws Exception {
        RequestExecutor executor = new RequestExecutor("reads", 2, 4);
        ProjectSlug busy = ProjectSlug.of("busy");
        StreamPath path = StreamPath.of("/a");
        CountDownLatch hold = new CountDownLatch(1);
        for (int i = 0; i < 4; i++) { // one runs, three wait
            executor.begin(busy, path, () -> {
                try {
                    hold.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }
        CountDownLatch served = new CountDownLatch(1);

        assertThrows(HttpErrorException.class, () -> executor.begin(busy, path, () -> {}));
        executor.begin(ProjectSlug.of("calm"), path, served::countDown);

        assertThat(served.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        hold.countDown();
        executor.stop();
    }

    /** A clock that blocks; the server reads it where it checks the token file. */
    private static final class StallingClock implements Timers {
        final Queue<Boolean> nonBlocking = new ConcurrentLinkedQueue<>();
        volatile CountDownLatch gate = new CountDownLatch(0);

        @Override
        public Instant now() {
            nonBlocking.add(NonBlockingThread.isCurrent());
            try {
                gate.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Timers.system().now();
        }

        @Override
        public Duration elapsed() {
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

    @Test
    void should_send_heartbeats_while_the_look_at_the_tokens_stalls(@TempDir Path directory) throws IOException {
        StallingClock clock = new StallingClock();
        AccessTokens tokens = AccessTokens.in(directory, clock);
        String token = tokens.create(
                        Optional.empty(), StreamPath.root(), Set.of(Operation.READ, Operation.APPEND), Optional.empty())
                .token();
        try (RunningServer millrace = new RunningServer(options -> options.tokens(tokens))) {
            LiveReadClient reader = millrace.follow("/a", "Authorization", "Bearer " + token);
            reader.awaitOffset(1);
            clock.gate = new CountDownLatch(1);
            clock.nonBlocking.clear();
            await().atMost(LIMIT).until(() -> !clock.nonBlocking.isEmpty());
            long heard = reader.comments();

            await().atMost(LIMIT).until(() -> reader.comments() > heard + 2);

            assertThat(clock.nonBlocking).hasSize(1).containsOnly(false);
            clock.gate.countDown();
        }
    }
}
