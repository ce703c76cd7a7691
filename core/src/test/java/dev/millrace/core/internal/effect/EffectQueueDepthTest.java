package dev.millrace.core.internal.effect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.internal.run.VirtualTime;
import dev.millrace.core.runner.RetryPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A long queue needs no deep stack, with any executor and any end of the tasks. */
@Tag("jdk")
class EffectQueueDepthTest {
    private static final int TASKS = 100_000;
    private final IllegalStateException failure = new IllegalStateException("no");
    private static final RetryPolicy NEVER = new RetryPolicy(0, Duration.ofMillis(1), Duration.ofMillis(1));

    private final VirtualTime time = new VirtualTime();
    private final List<String> journal = new ArrayList<>();
    private final CompletableFuture<Void> gate = new CompletableFuture<>();

    @Test
    void should_run_synchronous_tasks_on_an_executor_that_queues() {
        run(time, attempt -> CompletableFuture.completedFuture(null));

        assertThat(journal).hasSize(TASKS + 1);
    }

    @Test
    void should_run_synchronous_tasks_on_the_calling_thread() {
        run(Runnable::run, attempt -> CompletableFuture.completedFuture(null));

        assertThat(journal).hasSize(TASKS + 1);
    }

    @Test
    void should_bury_failing_tasks_on_the_calling_thread() {
        run(Runnable::run, attempt -> CompletableFuture.failedFuture(failure));

        assertThat(journal).hasSize(2 * TASKS + 1);
    }

    @Test
    void should_go_on_from_tasks_that_throw_on_the_calling_thread() {
        run(Runnable::run, attempt -> {
            throw failure;
        });

        assertThat(journal).hasSize(2 * TASKS + 1);
    }

    @Test
    void should_run_tasks_that_all_wait_for_the_same_stage() {
        CompletableFuture<Void> shared = new CompletableFuture<>();
        run(Runnable::run, attempt -> shared);

        shared.complete(null);

        assertThat(journal).hasSize(TASKS + 1);
    }

    private void run(Executor executor, IntFunction<@Nullable CompletionStage<Void>> work) {
        EffectQueue lane = new EffectQueue(time.options(executor, NEVER, TASKS * 2), () -> {});
        lane.submit(new QueueTask("gate", journal, attempt -> gate));
        for (int i = 1; i <= TASKS; i++) {
            lane.submit(new QueueTask(String.valueOf(i), journal, work));
        }
        gate.complete(null);
        time.run();
    }
}
