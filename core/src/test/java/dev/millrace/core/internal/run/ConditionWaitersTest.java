package dev.millrace.core.internal.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored")
class ConditionWaitersTest {
    private final ConditionWaiters progression = new ConditionWaiters();
    private final AtomicBoolean condition = new AtomicBoolean();

    @Test
    void should_complete_at_once_when_the_condition_holds() {
        assertThat(progression.when(() -> true)).isCompleted();
    }

    @Test
    void should_complete_when_a_change_makes_the_condition_hold() {
        CompletableFuture<Void> waiting = progression.when(condition::get);
        CompletableFuture<Void> other = progression.when(() -> false);
        progression.changed();
        assertThat(waiting).isNotDone();

        condition.set(true);
        progression.changed();

        assertThat(waiting).isCompleted();
        assertThat(other).isNotDone();
    }

    @Test
    void should_fail_current_and_later_waits_with_the_reason_of_the_end() {
        IllegalStateException why = new IllegalStateException("halted");
        CompletableFuture<Void> before = progression.when(condition::get);

        progression.end(why);
        progression.end(new IllegalStateException("a second reason"));
        CompletableFuture<Void> after = progression.when(condition::get);

        assertThatThrownBy(() -> before.get(1, TimeUnit.SECONDS)).hasCause(why);
        assertThatThrownBy(() -> after.get(1, TimeUnit.SECONDS)).hasCause(why);
    }

    @Test
    void should_prefer_a_condition_that_holds_to_the_end() {
        CompletableFuture<Void> waiting = progression.when(condition::get);
        condition.set(true);

        progression.end(new IllegalStateException("stopped"));

        assertThat(waiting).isCompleted();
        assertThat(progression.when(condition::get)).isCompleted();
    }

    @Test
    void should_forget_waits_that_timed_out() {
        AtomicInteger asked = new AtomicInteger();
        CompletableFuture<Void> impatient = progression.when(() -> asked.incrementAndGet() < 0);
        impatient.cancel(false);
        int before = asked.get();

        progression.changed();
        progression.changed();

        assertThat(asked).hasValue(before);
    }

    @Test
    void should_stop_asking_on_behalf_of_a_wait_that_timed_out() {
        AtomicInteger asked = new AtomicInteger();
        CompletableFuture<Void> waiting = progression.when(() -> asked.incrementAndGet() < 0);

        assertThatThrownBy(() -> BoundedAwait.await(waiting, Duration.ofMillis(1), "idleness", () -> "not idle"))
                .hasMessageContaining("idleness timed out after PT0.001S");
        int before = asked.get();
        progression.changed();

        assertThat(asked).hasValue(before);
    }

    @Test
    void should_not_miss_a_change_that_races_with_the_wait() throws Exception {
        ExecutorService two = Executors.newFixedThreadPool(2);
        try {
            for (int round = 0; round < 5_000; round++) {
                ConditionWaiters racing = new ConditionWaiters();
                AtomicBoolean happened = new AtomicBoolean();
                CyclicBarrier start = new CyclicBarrier(2);
                CompletableFuture<Void> changing = CompletableFuture.runAsync(
                        () -> {
                            meet(start);
                            happened.set(true);
                            racing.changed();
                        },
                        two);
                CompletableFuture<CompletableFuture<Void>> waiting = CompletableFuture.supplyAsync(
                        () -> {
                            meet(start);
                            return racing.when(happened::get);
                        },
                        two);

                changing.get(10, TimeUnit.SECONDS);
                assertThat(waiting.get(10, TimeUnit.SECONDS))
                        .as("round %d", round)
                        .isCompleted();
            }
        } finally {
            two.shutdownNow();
        }
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("the other thread did not come", e);
        }
    }
}
