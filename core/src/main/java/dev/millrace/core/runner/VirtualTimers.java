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
 * Timers for tests, whose clock and elapsed time move only when the test moves them. Tasks run on the thread that calls
 * {@link #advance}, in the order of their due times; tasks of the same time in the order in which they were scheduled.
 * While a task runs, the clock shows its due time. A task that it schedules runs in the same advance if it is due
 * within it.
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

    /**
     * A task that runs when the elapsed time is {@code due}.
     *
     * @param at when the clock shows this, it runs too; empty for a task of {@link #after}
     */
    private record Task(Duration due, Optional<Instant> at, long number, Runnable action) {
        /** The same task after the clock was set. */
        private Task whenSet(Duration elapsed, Instant now) {
            return at.map(time -> elapsed.plus(Duration.between(now, time)))
                    .filter(sooner -> sooner.compareTo(due) < 0)
                    .map(sooner -> new Task(sooner, at, number, action))
                    .orElse(this);
        }
    }

    private final ReentrantLock advancing = new ReentrantLock();
    private final PriorityQueue<Task> tasks =
            new PriorityQueue<>(Comparator.comparing(Task::due).thenComparing(Task::number));
    private Duration elapsed = Duration.ZERO;
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

    /** The time by which the clock was advanced. */
    @Override
    public Duration elapsed() {
        synchronized (tasks) {
            return elapsed;
        }
    }

    /** Schedules a task. With a zero or negative delay it runs in the next advance. */
    @Override
    public Timer after(Duration delay, Runnable task) {
        synchronized (tasks) {
            return add(delay.isNegative() ? elapsed : elapsed.plus(delay), Optional.empty(), task);
        }
    }

    /** Schedules a task. With a past time it runs in the next advance. */
    @Override
    public Timer at(Instant due, Runnable task) {
        synchronized (tasks) {
            return add(elapsed.plus(Duration.between(now, due)), Optional.of(due), task);
        }
    }

    private Timer add(Duration due, Optional<Instant> at, Runnable action) {
        Task entry = new Task(due, at, scheduled++, action);
        tasks.add(entry);
        return () -> cancel(entry.number());
    }

    private void cancel(long number) {
        synchronized (tasks) {
            tasks.removeIf(task -> task.number() == number);
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
            Duration target = elapsed().plus(by);
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
        Duration target = elapsed().plus(by);
        await(idle);
        for (Optional<Duration> due = dueBy(target); due.isPresent(); due = dueBy(target)) {
            advanceTo(due.get());
            await(idle);
        }
        advanceTo(target);
    }

    /** If another thread advanced beyond {@code time} meanwhile, it stays there, and due tasks run. */
    private void advanceTo(Duration time) {
        Duration step = time.minus(elapsed());
        advance(step.isNegative() ? Duration.ZERO : step);
    }

    private Optional<Duration> dueBy(Duration target) {
        synchronized (tasks) {
            return Optional.ofNullable(tasks.peek()).map(Task::due).filter(due -> due.compareTo(target) <= 0);
        }
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

    /**
     * Sets the clock forwards or backwards, as an administrator does; the elapsed time stays as it is. No task runs
     * before the next advance. A task of {@link #at} is due earlier after a step forwards; a step backwards does not
     * delay it.
     */
    public void set(Instant time) {
        synchronized (tasks) {
            now = time;
            List<Task> all = List.copyOf(tasks);
            tasks.clear();
            all.forEach(task -> tasks.add(task.whenSet(elapsed, now)));
        }
    }

    /**
     * Takes the next task that is due at {@code target} and moves the clock to its time; if there is none, moves the
     * clock to {@code target}.
     */
    private Optional<Task> takeDue(Duration target) {
        synchronized (tasks) {
            Task next = tasks.peek();
            if (next == null || next.due().compareTo(target) > 0) {
                moveTo(target);
                return Optional.empty();
            }
            tasks.remove();
            moveTo(next.due());
            return Optional.of(next);
        }
    }

    private void moveTo(Duration time) {
        Duration step = time.minus(elapsed);
        if (!step.isNegative()) {
            elapsed = time;
            now = now.plus(step);
        }
    }

    /** The time that the clock will show when the next task is due, unless it is set. */
    public Optional<Instant> nextDue() {
        synchronized (tasks) {
            return Optional.ofNullable(tasks.peek())
                    .map(task -> now.plus(task.due().minus(elapsed)));
        }
    }

    /** The time until each task is due, in order; zero or negative if it is due now. */
    public List<Duration> remaining() {
        synchronized (tasks) {
            return tasks.stream()
                    .map(task -> task.due().minus(elapsed))
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
