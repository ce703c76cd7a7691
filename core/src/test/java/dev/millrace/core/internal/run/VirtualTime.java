package dev.millrace.core.internal.run;

import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.RetryPolicy;
import dev.millrace.core.runner.Timers;
import dev.millrace.core.runner.VirtualTimers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** {@link VirtualTimers} with an executor that runs its tasks when the test calls {@link #run}. */
public final class VirtualTime implements Timers, Executor {
    private final VirtualTimers timers = new VirtualTimers();
    private final Deque<Runnable> ready = new ArrayDeque<>();

    @Override
    public Instant now() {
        return timers.now();
    }

    @Override
    public Duration elapsed() {
        return timers.elapsed();
    }

    @Override
    public Timer after(Duration delay, Runnable task) {
        return timers.after(delay, thenRunReadyTasks(task));
    }

    @Override
    public Timer at(Instant due, Runnable task) {
        return timers.at(due, thenRunReadyTasks(task));
    }

    private Runnable thenRunReadyTasks(Runnable task) {
        return () -> {
            task.run();
            run();
        };
    }

    @Override
    public synchronized void execute(Runnable task) {
        ready.addLast(task);
    }

    /** Runs the ready tasks, and the tasks that these add. */
    public void run() {
        for (Runnable task = next(); task != null; task = next()) {
            task.run();
        }
    }

    /** Runs at most this many ready tasks. */
    void run(int tasks) {
        for (int i = 0; i < tasks; i++) {
            Runnable task = next();
            if (task != null) {
                task.run();
            }
        }
    }

    /** Moves the clock: timers fire in order, and after each one the ready tasks run. */
    public void advance(Duration step) {
        run();
        timers.advance(step);
    }

    /** How many timers are armed. */
    public int armed() {
        return timers.pending();
    }

    /** How long until the next timer fires. */
    public Duration untilNext() {
        return timers.remaining().get(0);
    }

    public RunnerOptions options(RetryPolicy retry, int maxUnacknowledged) {
        return options(this, retry, maxUnacknowledged);
    }

    public RunnerOptions options(Executor executor, RetryPolicy retry, int maxUnacknowledged) {
        return new RunnerOptions(
                EffectStartPolicy.LIVE,
                ProgressStore.inMemory(),
                this,
                executor,
                RandomGenerator.of("L64X128MixRandom"),
                retry,
                Duration.ofSeconds(30),
                maxUnacknowledged,
                Duration.ofSeconds(5),
                event -> false,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Failpoints.NONE,
                Optional.empty());
    }

    private synchronized @Nullable Runnable next() {
        return ready.pollFirst();
    }
}
