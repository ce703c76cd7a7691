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
 * Timers for tests: time stands still until the test moves it. Tasks run on the thread that calls {@link #advance}, in the
 * order in which they fall due; those due at the same time, in the order in which they were scheduled. While one runs, the
 * clock shows the time it was due. What a task schedules runs in the same advance, if it falls due within it.
 *
 * <p>A test that moves the clock beside a real engine, runner or client uses {@link #advanceWhen}, which waits until nothing
 * is under way. Otherwise a thread that has seen the old time arms its timer at the new one.
 *
 * <p>Safe for use by many threads; advances of several threads happen one after the other.
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

    /** Schedules a task; one without delay, or with a negative one, runs in the next advance and not before. */
    @Override
    public Timer after(Duration delay, Runnable task) {
        synchronized (tasks) {
            return at(delay.isNegative() ? now : now.plus(delay), task);
        }
    }

    /** Schedules a task; one whose time has passed runs in the next advance and not before. */
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
     * Moves the clock and runs everything that falls due. A task that throws ends the advance: the clock stays at its
     * time, it is not run again, and later tasks wait for the next advance.
     *
     * @param by how far; zero runs what is due now
     * @throws IllegalArgumentException when it is negative
     * @throws IllegalStateException when called from a task
     */
    public void advance(Duration by) {
        if (by.isNegative()) {
            throw new IllegalArgumentException("time does not run backwards, got " + by);
        }
        if (advancing.isHeldByCurrentThread()) {
            throw new IllegalStateException(
                    "advance was called from a task that an advance runs; schedule a task instead");
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
     * As {@link #advance}, but waits until nothing is under way before it moves the clock, and again before each later time
     * at which something falls due.
     *
     * @param idle says whether nothing is under way, for example {@code engine::isIdle}; asked every millisecond of real
     *     time
     * @param by how far; negative counts as zero
     * @throws IllegalStateException when it is not idle within thirty seconds
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

    /** A clock that was set beyond the time meanwhile stays there, and what is due runs. */
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
                        "the clock was not moved: something is still under way after " + PATIENCE + "; " + this);
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
    }

    /** Sets the clock forwards or backwards, as an administrator does. Runs nothing: what is now due runs in the next advance. */
    public void set(Instant time) {
        synchronized (tasks) {
            now = time;
        }
    }

    /** The next task due by then, with the clock moved to its time; or nothing, with the clock moved all the way. */
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

    /** When the next task falls due, if there is one. */
    public Optional<Instant> nextDue() {
        synchronized (tasks) {
            return Optional.ofNullable(tasks.peek()).map(Task::due);
        }
    }

    /** How long each task still has to wait, the next one first; zero or negative when it is due. */
    public List<Duration> remaining() {
        synchronized (tasks) {
            return tasks.stream()
                    .map(task -> Duration.between(now, task.due()))
                    .sorted()
                    .toList();
        }
    }

    /** How many tasks are waiting. */
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
