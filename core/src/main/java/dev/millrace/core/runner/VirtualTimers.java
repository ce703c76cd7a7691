package dev.millrace.core.runner;

import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Timers for tests, whose clock moves only when the test moves it. Tasks run on the thread that calls {@link #advance},
 * in the order of their due times; tasks of the same time in the order in which they were scheduled. While a task runs,
 * the clock shows its due time. A task that it schedules runs in the same advance if it is due within it.
 *
 * <p>If a real engine, runner or client runs beside the test, use {@link #advanceWhen}, which waits until they are
 * idle. Otherwise a thread that has read the old time sets its timer from the new one.
 *
 * <p>Safe for use by many threads; concurrent advances run one after the other.
 *
 * @since 0.1
 */
public final class VirtualTimers implements Timers {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(1);

    private record Task(Instant due, long number, Runnable action) {}

    private final ReentrantLock advancing = new ReentrantLock();
    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparing(Task::due).thenComparing(Task::number));
    private Instant now;
    private long scheduled;

    /** A clock that shows 2026-01-01T00:00:00Z. */
    public VirtualTimers() {
        this(Instant.parse("2026-01-01T00:00:00Z"));
    }

    /** A clock that shows {@code start}. */
    public VirtualTimers(Instant start) {
        this.now = start;
    }

    @Override
    public Instant now() {
        synchronized (tasks) {
            return now;
        }
    }

    /** Schedules a task. With a zero or negative delay it runs in the next advance. */
    @Override
    public Timer after(Duration delay, Runnable task) {
        synchronized (tasks) {
            return at(delay.isNegative() ? now : now.plus(delay), task);
        }
    }

    /** Schedules a task. With a past time it runs in the next advance. */
    @Override
    public Timer at(Instant due, Runnable task) {
        synchronized (tasks) {
            Task entry = new Task(due, scheduled++, task);
            tasks.add(entry);
            return () -> cancel(entry);
        }
    }

    private void cancel(Task task) {
        synchronized (tasks) {
            tasks.remove(task);
        }
    }

    /**
     * Moves the clock forwards and runs all tasks that become due. If a task throws, the advance ends: the clock stays
     * at its due time, the task does not run again, and later tasks wait for the next advance.
     *
     * @param by how far; zero runs what is due now
     * @throws IllegalArgumentException if {@code by} is negative
     * @throws IllegalStateException if called from a task
     */
    public void advance(Duration by) {
        if (by.isNegative()) {
            throw new IllegalArgumentException("time does not run backwards, got " + by);
        }
        if (advancing.isHeldByCurrentThread()) {
            throw new IllegalStateException("advance was called from a timer task; schedule another task instead");
        }
        advancing.lock();
        try {
            Instant target = now().plus(by);
            for (Optional<Task> next = takeDue(target); next.isPresent(); next = takeDue(target)) {
                next.get().action().run();
            }
        } finally {
            advancing.unlock();
        }
    }

    /**
     * Like {@link #advance}, but waits until the system is idle before it moves the clock, and again before each later
     * due time.
     *
     * @param idle true if the system is idle, for example {@code engine::isIdle}; called every millisecond of real time
     * @param by how far; negative counts as zero
     * @throws IllegalStateException if the system is not idle within thirty seconds
     */
    public void advanceWhen(BooleanSupplier idle, Duration by) {
        Instant target = now().plus(by);
        await(idle);
        for (Optional<Instant> due = dueBy(target); due.isPresent(); due = dueBy(target)) {
            advanceTo(due.get());
            await(idle);
        }
        advanceTo(target);
    }

    /** If the clock was set beyond {@code time} meanwhile, it stays there, and due tasks run. */
    private void advanceTo(Instant time) {
        Duration step = Duration.between(now(), time);
        advance(step.isNegative() ? Duration.ZERO : step);
    }

    private Optional<Instant> dueBy(Instant target) {
        return nextDue().filter(due -> !due.isAfter(target));
    }

    private void await(BooleanSupplier idle) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!idle.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new IllegalStateException(
                        "the clock was not moved: the system is not idle after " + PATIENCE + "; " + this);
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
    }

    /** Sets the clock forwards or backwards, as an administrator does. No task runs before the next advance. */
    public void set(Instant time) {
        synchronized (tasks) {
            now = time;
        }
    }

    /**
     * Takes the next task that is due at {@code target} and moves the clock to its time; if there is none, moves the
     * clock to {@code target}.
     */
    private Optional<Task> takeDue(Instant target) {
        synchronized (tasks) {
            Task next = tasks.peek();
            if (next == null || next.due().isAfter(target)) {
                now = target.isAfter(now) ? target : now;
                return Optional.empty();
            }
            tasks.remove();
            now = next.due().isAfter(now) ? next.due() : now;
            return Optional.of(next);
        }
    }

    /** The due time of the next task. */
    public Optional<Instant> nextDue() {
        synchronized (tasks) {
            return Optional.ofNullable(tasks.peek()).map(Task::due);
        }
    }

    /** The time until each task is due, in order; zero or negative if it is due now. */
    public List<Duration> remaining() {
        synchronized (tasks) {
            return tasks.stream()
                    .map(task -> Duration.between(now, task.due()))
                    .sorted()
                    .toList();
        }
    }

    /** The number of scheduled tasks. */
    public int pending() {
        synchronized (tasks) {
            return tasks.size();
        }
    }

    @Override
    public String toString() {
        return "VirtualTimers at " + now() + ", " + pending() + " pending";
    }
}
