package dev.millrace.engine;

import static dev.millrace.engine.EngineFixture.PUBLIC;
import static dev.millrace.engine.EngineFixture.eventually;
import static dev.millrace.engine.EngineFixture.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.AppendResult;
import dev.millrace.core.BlockingEventStreams;
import dev.millrace.core.EventInput;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.BlockingCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A caller that waits for its append does the work itself; callers that do not wait share the writer thread. */
@Timeout(120)
class BlockingAppendTest {
    private static final StreamPath PATH = path("/a");

    private final ControlledStore store = new ControlledStore(new InMemoryEventStore());
    private final StreamEngine engine = StreamEngine.builder(store).start();
    /** A wake-up that is lost would take longer than the test may. */
    private final BlockingEventStreams streams = engine.streams(PUBLIC).blocking(Duration.ofMinutes(10));

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Queue<String> committing = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void begin() {
        streams.append(PATH, EventInput.ofType("first"));
        store.beforeCommit(proposal -> committing.add(Thread.currentThread().getName()));
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
        engine.close();
    }

    private static EventInput keyed(String key) {
        return EventInput.builder().type("t").idempotencyKey(key).build();
    }

    private int queued() {
        return engine.parts().writer().queued();
    }

    private List<String> keys() {
        return streams.read(PATH, ReadRange.all()).stream()
                .flatMap(event -> event.idempotencyKey().stream())
                .toList();
    }

    @Test
    void should_commit_on_the_thread_that_waits() {
        AppendResult answer = streams.append(PATH, EventInput.ofType("t"));

        assertThat(answer.event().offset()).isEqualTo(3);
        assertThat(committing).containsExactly(Thread.currentThread().getName());
    }

    @Test
    void should_commit_on_the_writer_thread_if_the_caller_does_not_wait() {
        engine.streams(PUBLIC).append(PATH, EventInput.ofType("t")).join();

        assertThat(committing).containsExactly("millrace-writer");
    }

    @Test
    void should_answer_before_the_call_returns() {
        CompletableFuture<?> answer = BlockingCall.start(
                Duration.ofSeconds(30), () -> engine.streams(PUBLIC).append(PATH, EventInput.ofType("t")));

        assertThat(answer).isDone();
        assertThat(BlockingCall.limit()).isEmpty();
    }

    @Test
    void should_store_the_requests_of_others_as_one_group() throws Exception {
        store.holdCommits();
        Future<?> leader = threads.submit(() -> streams.append(PATH, keyed("leader")));
        eventually(store::isCommitting);
        List<Future<?>> others = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            String key = "k" + i;
            others.add(
                    i % 2 == 0
                            ? threads.submit(() -> streams.append(PATH, keyed(key)))
                            : engine.streams(PUBLIC).append(PATH, keyed(key)));
        }
        eventually(() -> queued() == 10);
        int before = store.commits();

        store.release();

        leader.get(30, TimeUnit.SECONDS);
        for (Future<?> other : others) {
            other.get(30, TimeUnit.SECONDS);
        }
        assertThat(store.commits()).isEqualTo(before + 2);
        assertThat(keys()).hasSize(11).startsWith("leader");
    }

    @Test
    void should_return_while_others_keep_the_queue_full() throws Exception {
        AtomicBoolean full = new AtomicBoolean(true);
        Future<?> flood = threads.submit(() -> {
            List<CompletableFuture<?>> under = new ArrayList<>();
            while (full.get()) {
                under.add(engine.streams(PUBLIC).append(PATH, EventInput.ofType("flood")));
                if (under.size() > 500) {
                    under.remove(0).join();
                }
            }
            under.forEach(CompletableFuture::join);
        });

        for (int i = 0; i < 50; i++) {
            streams.append(PATH, keyed("k" + i));
        }
        full.set(false);

        flood.get(60, TimeUnit.SECONDS);
        assertThat(keys()).hasSize(50);
    }

    @Test
    void should_answer_every_caller_once_and_keep_the_order_of_each() throws Exception {
        int callers = 12;
        int rounds = 100;
        List<Future<?>> ends = new ArrayList<>();
        for (int caller = 0; caller < callers; caller++) {
            String name = "c" + caller + "-";
            boolean waits = caller % 3 > 0;
            Random random = new Random(caller);
            ends.add(threads.submit(() -> {
                for (int i = 0; i < rounds; i++) {
                    StreamPath stream = random.nextInt(4) == 0 ? path("/b") : PATH;
                    EventInput input = keyed(name + i);
                    AppendResult answer = waits
                            ? streams.append(stream, input)
                            : engine.streams(PUBLIC).append(stream, input).join();
                    assertThat(answer.event().idempotencyKey()).contains(name + i);
                    assertThat(answer.replayed()).isFalse();
                }
            }));
        }
        for (Future<?> end : ends) {
            end.get(60, TimeUnit.SECONDS);
        }

        for (StreamPath stream : List.of(PATH, path("/b"))) {
            List<String> keys = streams.read(stream, ReadRange.all()).stream()
                    .flatMap(event -> event.idempotencyKey().stream())
                    .toList();
            for (int caller = 0; caller < callers; caller++) {
                String name = "c" + caller + "-";
                assertThat(keys.stream()
                                .filter(key -> key.startsWith(name))
                                .map(key -> Integer.valueOf(key.substring(name.length()))))
                        .isSorted()
                        .doesNotHaveDuplicates();
            }
        }
        eventually(engine::isIdle);
    }

    @Test
    void should_lose_nothing_if_a_waiting_caller_is_interrupted() throws Exception {
        store.holdCommits();
        Future<?> leader = threads.submit(() -> streams.append(PATH, keyed("leader")));
        eventually(store::isCommitting);
        Queue<Optional<StreamException.Code>> ends = new ConcurrentLinkedQueue<>();
        List<Thread> waiting = IntStream.range(0, 3)
                .mapToObj(i -> new Thread(() -> ends.add(outcome(() -> streams.append(PATH, keyed("k" + i))))))
                .toList();
        waiting.forEach(Thread::start);
        eventually(() -> queued() == 3);

        waiting.get(0).interrupt();
        waiting.get(0).join(30_000);
        assertThat(ends).containsExactly(Optional.of(StreamException.Code.TIMEOUT));
        store.release();
        leader.get(30, TimeUnit.SECONDS);
        for (Thread thread : waiting) {
            thread.join(30_000);
        }

        assertThat(ends).filteredOn(Optional::isEmpty).hasSize(2);
        eventually(() -> keys().size() == 4);
        assertThat(keys()).containsExactlyInAnyOrder("leader", "k0", "k1", "k2");
    }

    private static Optional<StreamException.Code> outcome(Runnable call) {
        try {
            call.run();
            return Optional.empty();
        } catch (StreamException e) {
            return Optional.of(e.code());
        }
    }

    @Test
    void should_store_on_an_interrupted_thread_and_keep_it_interrupted() throws Exception {
        Future<Boolean> interrupted = threads.submit(() -> {
            Thread.currentThread().interrupt();
            outcome(() -> streams.append(PATH, keyed("k")));
            return Thread.interrupted();
        });

        assertThat(interrupted.get(30, TimeUnit.SECONDS)).isTrue();
        eventually(() -> keys().contains("k"));
    }

    @Test
    void should_end_after_its_limit_if_another_thread_does_not_come_to_an_end() throws Exception {
        store.holdCommits();
        CompletableFuture<?> writer = engine.streams(PUBLIC).append(PATH, keyed("writer"));
        eventually(store::isCommitting);
        BlockingEventStreams impatient = engine.streams(PUBLIC).blocking(Duration.ofMillis(50));

        assertThatThrownBy(() -> impatient.append(PATH, keyed("late")))
                .isInstanceOfSatisfying(
                        StreamException.class, e -> assertThat(e.code()).isEqualTo(StreamException.Code.TIMEOUT));

        store.release();
        writer.get(30, TimeUnit.SECONDS);
        eventually(() -> keys().contains("late"));
    }

    @Test
    void should_tell_all_callers_that_the_store_has_failed() {
        store.failWith(new IllegalStateException("disk full"));

        assertThatThrownBy(() -> streams.append(PATH, keyed("k")))
                .isInstanceOf(StreamException.class)
                .hasMessageContaining("disk full");

        store.failWith(null);
        assertThat(streams.append(PATH, keyed("k")).replayed()).isFalse();
    }

    @Test
    void should_answer_all_callers_if_the_engine_stops() throws Exception {
        List<Future<Optional<StreamException.Code>>> ends = new ArrayList<>();
        AtomicBoolean stopped = new AtomicBoolean();
        for (int i = 0; i < 8; i++) {
            ends.add(threads.submit(() -> {
                Optional<StreamException.Code> end = Optional.empty();
                while (end.isEmpty()) {
                    end = outcome(() -> streams.append(PATH, EventInput.ofType("t")));
                    assertThat(end.isEmpty() || stopped.get()).isTrue();
                }
                return end;
            }));
        }
        eventually(() -> committing.size() > 100);

        stopped.set(true);
        engine.close();

        for (Future<Optional<StreamException.Code>> end : ends) {
            assertThat(end.get(30, TimeUnit.SECONDS)).contains(StreamException.Code.UNAVAILABLE);
        }
    }
}
