package dev.millrace.engine;

import static dev.millrace.engine.EngineFixture.PUBLIC;
import static dev.millrace.engine.EngineFixture.eventually;
import static dev.millrace.engine.EngineFixture.get;
import static dev.millrace.engine.EngineFixture.path;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.internal.append.PendingRecord;
import dev.millrace.engine.internal.commit.StoreReader;
import dev.millrace.engine.internal.commit.CommittedChanges;
import dev.millrace.engine.internal.commit.CommitFeed;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.runner.Timers;
import dev.millrace.engine.internal.commit.ActivityCounter;
import dev.millrace.engine.internal.commit.StoreWriter;
import dev.millrace.engine.internal.commit.WriteQueue;
import dev.millrace.engine.internal.commit.WriteTask;
import dev.millrace.engine.internal.threads.CallbackExecutor;
import dev.millrace.engine.internal.threads.CallbackThreads;
import dev.millrace.engine.spi.StreamKey;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Failures of other parts than the store around the writer. */
@Tag("jdk")
@Timeout(60)
class WriterFailureTest {
    private static final StreamKey STREAM = new StreamKey(PUBLIC, path("/a"));
    private static final Logger LOG = Logger.getLogger("dev.millrace.engine");

    private final ControlledStore store = new ControlledStore(new InMemoryEventStore());
    private final ScarceThreads threads = new ScarceThreads();
    private final ActivityCounter activity = new ActivityCounter();
    private final CallbackExecutor delivery = new CallbackExecutor(threads, activity);

    @AfterEach
    void stop() {
        eventually(activity::isIdle);
        threads.shutdown();
    }

    @Test
    void should_answer_every_caller_of_a_stored_group_also_when_there_is_no_thread_for_one() {
        StoreWriter writer = writer(group -> {});
        threads.refuseFirst(1);

        List<CompletableFuture<Integer>> answers = groupOfThree(writer);

        assertThat(answers).extracting(EngineFixture::get).containsExactly(0, 1, 2);
        assertThat(get(writer.submit(request(3)))).isEqualTo(3);
        end(writer);
    }

    @Test
    void should_answer_every_caller_of_a_failed_group_also_when_there_is_no_thread_for_one() {
        StoreWriter writer = writer(group -> {});
        threads.refuseFirst(1);
        store.failWith(new IllegalStateException("disk full"));

        List<CompletableFuture<Integer>> answers = groupOfThree(writer);

        assertThat(answers).allSatisfy(answer -> assertFailed(Code.INTERNAL, answer));
        store.failWith(null);
        assertThat(get(writer.submit(request(3)))).isEqualTo(3);
        end(writer);
    }

    @Test
    void should_answer_the_callers_of_a_group_that_could_not_be_published() {
        StoreWriter writer = writer(group -> {
            throw new LinkageError("a class is missing");
        });

        assertThat(groupOfThree(writer)).extracting(EngineFixture::get).containsExactly(0, 1, 2);
        end(writer);
    }

    @Test
    void should_turn_everybody_away_once_its_thread_has_ended() {
        BrokenLog broken = new BrokenLog();
        StoreWriter writer = writer(group -> {
            LOG.addHandler(broken);
            throw new IllegalStateException("cannot be published");
        });
        try {
            assertThat(groupOfThree(writer)).extracting(EngineFixture::get).containsExactly(0, 1, 2);
            get(writer.ended());
        } finally {
            LOG.removeHandler(broken);
        }

        assertFailed(Code.UNAVAILABLE, writer.submit(request(3)));
    }

    private StoreWriter writer(Consumer<CommittedChanges> listener) {
        return new StoreWriter(
                store,
                new WriteQueue(100, 1_000, Duration.ofSeconds(1)),
                delivery,
                Timers.system(),
                activity,
                new CommitFeed(store, new StoreReader(store), delivery, Timers.system(), listener));
    }

    /** Three requests that are queued before the writer starts, so that it stores them in one group. */
    private static List<CompletableFuture<Integer>> groupOfThree(StoreWriter writer) {
        List<CompletableFuture<Integer>> answers =
                IntStream.range(0, 3).mapToObj(n -> writer.submit(request(n))).toList();
        writer.start();
        return answers;
    }

    private static WriteTask<Integer> request(int answer) {
        return new WriteTask<>(STREAM, 1, false, group -> {
            StreamHead head = new StreamHead("first", answer + 1, Instant.EPOCH, false);
            group.append(STREAM, new PendingRecord(head, "said", Optional.empty(), new byte[1]));
            return () -> answer;
        });
    }

    private static void end(StoreWriter writer) {
        writer.close();
        get(writer.ended());
    }

    private static void assertFailed(Code code, CompletableFuture<?> future) {
        assertThatThrownBy(() -> get(future))
                .cause()
                .isInstanceOfSatisfying(
                        StreamException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    /** An executor that has no threads at first. */
    private static final class ScarceThreads extends AbstractExecutorService {
        private final ExecutorService threads = CallbackThreads.platform();
        private final AtomicInteger refusals = new AtomicInteger();

        void refuseFirst(int count) {
            refusals.set(count);
        }

        @Override
        public void execute(Runnable task) {
            if (refusals.getAndDecrement() > 0) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            threads.execute(task);
        }

        @Override
        public void shutdown() {
            threads.shutdown();
        }

        @Override
        public List<Runnable> shutdownNow() {
            return threads.shutdownNow();
        }

        @Override
        public boolean isShutdown() {
            return threads.isShutdown();
        }

        @Override
        public boolean isTerminated() {
            return threads.isTerminated();
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
            return threads.awaitTermination(timeout, unit);
        }
    }

    /** A log handler that fails once. */
    private static final class BrokenLog extends Handler {
        private final AtomicInteger records = new AtomicInteger();

        @Override
        public void publish(LogRecord record) {
            if (records.getAndIncrement() == 0) {
                throw new LinkageError("the log cannot be written");
            }
        }

        @Override
        public void flush() {
            // Nothing is kept.
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }
}
