package dev.millrace.core.runner;

import dev.millrace.core.internal.run.SystemTimers;
import java.time.Duration;
import java.time.Instant;

/**
 * Clock and timers: the only source of time of everything in this project. Safe for use by many threads.
 *
 * <p>Use {@link #at} for what is due at a moment, and {@link #after} for a length of time that begins now, such as a
 * back-off or a heartbeat. Never read the clock, compute a delay and pass that to {@link #after}: the clock may move in
 * between, and the task is late by as much.
 */
public interface Timers {
    /** Now. */
    Instant now();

    /**
     * Runs a short task once, when {@code delay} has passed, however the clock is set meanwhile. The task must not block.
     *
     * @param delay zero or negative means as soon as possible
     * @return a handle that cancels the task if it has not begun
     */
    Timer after(Duration delay, Runnable task);

    /**
     * Runs a short task once, when the clock shows {@code due} or later. The task must not block. A machine that slept,
     * or whose clock was set, runs it within a minute of the time that the clock then shows.
     *
     * @param due a moment that has passed means as soon as possible
     * @return a handle that cancels the task if it has not begun
     */
    Timer at(Instant due, Runnable task);

    /** The machine's clock and one shared daemon thread. */
    static Timers system() {
        return SystemTimers.INSTANCE;
    }

    /** A task that was scheduled. */
    interface Timer {
        /** Cancels the task; does nothing when it has begun. */
        void cancel();
    }
}
