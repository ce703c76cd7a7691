package dev.millrace.core.internal.effect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.internal.run.VirtualTime;
import dev.millrace.core.runner.RetryPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Many threads submit tasks and complete their stages; the tasks still run one at a time and in order. */
@Tag("jdk")
class EffectQueueRaceTest {
    private static final int FEEDERS = 4;
    private static final int TASKS_EACH = 5_000;

    private final ExecutorService effects = Executors.newFixedThreadPool(4);
    private final ExecutorService others = Executors.newFixedThreadPool(FEEDERS + 2);

    @AfterEach
    void shutDown() {
        effects.shutdownNow();
        others.shutdownNow();
    }

    @Test
    void should_never_overlap_nor_reorder_nor_forget_a_task() throws Exception {
        long seed = 20_260_101L;
        VirtualTime time = new VirtualTime();
        EffectQueue lane = new EffectQueue(
                time.options(effects, new RetryPolicy(0, Duration.ofMillis(1), Duration.ofMillis(1)), 16), () -> {});
        AtomicInteger underWay = new AtomicInteger();
        ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
        int[] last = new int[FEEDERS];
        CountDownLatch left = new CountDownLatch(FEEDERS * TASKS_EACH);

        List<CompletableFuture<Void>> feeders = new ArrayList<>();
        for (int feeder = 0; feeder < FEEDERS; feeder++) {
            int number = feeder;
            feeders.add(CompletableFuture.runAsync(
                    () -> {
                        Random random = new Random(seed + number);
                        for (int i = 1; i <= TASKS_EACH; i++) {
                            lane.submit(new Racing(number, i, random.nextInt(3), underWay, last, wrong, left));
                            if (!lane.awaitRoom(Duration.ofSeconds(20))) {
                                wrong.add("no room for " + number + ":" + i + " within 20 s");
                                return;
                            }
                        }
                    },
                    others));
        }

        for (CompletableFuture<Void> feeder : feeders) {
            feeder.get(60, TimeUnit.SECONDS);
        }
        assertThat(left.await(30, TimeUnit.SECONDS))
                .as("seed %d: every task ran, %d left", seed, left.getCount())
                .isTrue();
        assertThat(wrong).as("seed %d", seed).isEmpty();
        assertThat(lane.whenRoom()).isCompleted();
    }

    private final class Racing implements EffectQueue.Task {
        private final int feeder;
        private final int number;
        private final int kind;
        private final AtomicInteger underWay;
        private final int[] last;
        private final ConcurrentLinkedQueue<String> wrong;
        private final CountDownLatch left;

        Racing(
                int feeder,
                int number,
                int kind,
                AtomicInteger underWay,
                int[] last,
                ConcurrentLinkedQueue<String> wrong,
                CountDownLatch left) {
            this.feeder = feeder;
            this.number = number;
            this.kind = kind;
            this.underWay = underWay;
            this.last = last;
            this.wrong = wrong;
            this.left = left;
        }

        @Override
        public OptionalLong offset() {
            return OptionalLong.of(number);
        }

        @Override
        public CompletionStage<Void> run(int attempt) {
            if (underWay.incrementAndGet() != 1) {
                wrong.add("overlap at " + feeder + ":" + number);
            }
            if (last[feeder] != number - 1) { // unsynchronised on purpose: the lane gives the happens-before
                wrong.add("order at " + feeder + ":" + number + " after " + last[feeder]);
            }
            last[feeder] = number;
            if (kind == 0) {
                end();
                return CompletableFuture.completedFuture(null);
            }
            if (kind == 1) {
                return CompletableFuture.runAsync(this::end, others);
            }
            end();
            return CompletableFuture.failedFuture(new IllegalStateException("fails"));
        }

        private void end() {
            underWay.decrementAndGet();
            left.countDown();
        }

        @Override
        public boolean mayRetry(Throwable failure) {
            return true;
        }

        @Override
        public CompletionStage<Void> failed(Throwable failure, int attempts) {
            return CompletableFuture.completedFuture(null);
        }
    }
}
