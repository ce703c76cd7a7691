package dev.millrace.core.runner;

import java.time.Duration;
import java.time.Instant;

/** Time, as everything in this project gets it: a clock, and a way to be called later. Safe for use by many threads. */
public interface Timers {
    /** Now. */
    Instant now();

    /**
     * Runs a short task once, not before {@code delay} has passed. The task must not block.
     *
     * @return a handle that cancels the task if it has not begun
     */
    Timer after(Duration delay, Runnable task);

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
