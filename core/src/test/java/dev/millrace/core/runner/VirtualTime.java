package dev.millrace.core.runner;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Time that stands still until it is told to move, and an executor that runs its tasks when it is told to. */
final class VirtualTime implements Timers, Executor {
    private record Due(Instant at, long number, Runnable task) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int byTime = at.compareTo(other.at);
            return byTime != 0 ? byTime : Long.compare(number, other.number);
        }
    }

    private final Deque<Runnable> ready = new ArrayDeque<>();
    private final PriorityQueue<Due> timers = new PriorityQueue<>();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private long numbers;

    @Override
    public synchronized Instant now() {
        return now;
    }

    @Override
    public synchronized Timer after(Duration delay, Runnable task) {
        Due due = new Due(now.plus(delay), numbers++, task);
        timers.add(due);
        return () -> {
            synchronized (this) {
                timers.remove(due);
            }
        };
    }

    @Override
    public synchronized void execute(Runnable task) {
        ready.addLast(task);
    }

    /** Runs what is ready, and what becomes ready by that. */
    void run() {
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

    /** Lets time pass: timers fire in order, each with everything it sets going. */
    void advance(Duration step) {
        run();
        Instant end = now().plus(step);
        for (Runnable task = due(end); task != null; task = due(end)) {
            task.run();
            run();
        }
        synchronized (this) {
            now = end;
        }
    }

    /** How many timers are armed. */
    synchronized int armed() {
        return timers.size();
    }

    /** How long until the next timer fires. */
    synchronized Duration untilNext() {
        Due next = timers.peek();
        if (next == null) {
            throw new AssertionError("no timer is armed");
        }
        return Duration.between(now, next.at);
    }

    RunnerOptions options(RetryPolicy retry, int maxUnacknowledged) {
        return options(this, retry, maxUnacknowledged);
    }

    RunnerOptions options(Executor executor, RetryPolicy retry, int maxUnacknowledged) {
        return new RunnerOptions(
                EffectsFrom.LIVE,
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
                Failpoints.NONE);
    }

    private synchronized @Nullable Runnable next() {
        return ready.pollFirst();
    }

    private synchronized @Nullable Runnable due(Instant end) {
        Due next = timers.peek();
        if (next == null || next.at.isAfter(end)) {
            return null;
        }
        timers.remove();
        now = next.at;
        return next.task;
    }
}
