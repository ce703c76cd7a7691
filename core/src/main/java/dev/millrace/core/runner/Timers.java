package dev.millrace.core.runner;

import dev.millrace.core.internal.run.SystemTimers;
import java.time.Duration;
import java.time.Instant;

/**
 * A clock with timers: the only source of time in this project. Safe for use by many threads.
 *
 * <p>Use {@link #now} only for a time that is written down or compared with a written one, because the clock can be set
 * backwards. Measure how long something takes with {@link #elapsed}.
 *
 * <p>Use {@link #at} for a point in time, and {@link #after} for a length of time from now, such as a back-off or a
 * heartbeat. Do not compute the delay for {@link #after} from the clock: if the clock is set meanwhile, the task runs
 * too late.
 *
 * @since 0.1
 */
public interface Timers {
    /** The time that the clock shows. If the clock is set, it jumps forwards or backwards. */
    Instant now();

    /**
     * The time that has passed since a fixed moment in the past. It never decreases, also if the clock is set. Only the
     * difference of two values of the same timers has a meaning; it does not count the time while the machine sleeps.
     */
    Duration elapsed();

    /**
     * Runs a short task once after {@code delay}, even if the clock is set meanwhile. The task must not block.
     *
     * @param delay zero or negative means as soon as possible
     * @return a handle that cancels the task if it has not started
     */
    Timer after(Duration delay, Runnable task);

    /**
     * Runs a short task once, when the clock shows {@code due} or later. The task must not block. After the machine
     * slept, or its clock was set forwards, the task runs at most a minute late. If the clock is set backwards, the
     * task runs when the time has passed that was left when the timer was set; then the clock shows less than {@code
     * due}. A task that must not run before its time looks at the clock, and sets a new timer.
     *
     * @param due a past time means as soon as possible
     * @return a handle that cancels the task if it has not started
     */
    Timer at(Instant due, Runnable task);

    /** Timers with the machine's clock and one shared daemon thread. */
    static Timers system() {
        return SystemTimers.INSTANCE;
    }

    /** A scheduled task. */
    interface Timer {
        /** Cancels the task; does nothing if it has started. */
        void cancel();
    }
}
