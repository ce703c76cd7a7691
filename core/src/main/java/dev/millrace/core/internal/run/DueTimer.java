package dev.millrace.core.internal.run;

import dev.millrace.core.runner.Timers;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A timer for a point in time. Its task runs when the clock shows that time, or when the time has passed that was left
 * when the timer was set. So it is not late if the clock is set forwards, and not delayed if it is set backwards.
 */
final class DueTimer implements Timers.Timer {
    /**
     * The clock is looked at at least this often: it can be set, and a thread's wait does not count the time while the
     * machine sleeps.
     */
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

    private final Timers timers;
    private final Instant due;
    private final Duration latest;
    private final Runnable task;
    private Timers.@Nullable Timer next;
    private boolean cancelled;

    private DueTimer(Timers timers, Instant due, Runnable task) {
        this.timers = timers;
        this.due = due;
        this.latest = timers.elapsed().plus(Duration.between(timers.now(), due));
        this.task = task;
    }

    /** Sets a timer that looks at the clock of {@code timers} and waits with their {@link Timers#after}. */
    static Timers.Timer set(Timers timers, Instant due, Runnable task) {
        DueTimer timer = new DueTimer(timers, due, task);
        timer.arm();
        return timer;
    }

    private Duration rest() {
        Duration byClock = Duration.between(timers.now(), due);
        Duration byElapsedTime = latest.minus(timers.elapsed());
        Duration rest = byClock.compareTo(byElapsedTime) < 0 ? byClock : byElapsedTime;
        return rest.isNegative() ? Duration.ZERO : rest;
    }

    private synchronized void arm() {
        if (!cancelled) {
            Duration rest = rest();
            next = timers.after(rest.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : rest, this::runOrRearm);
        }
    }

    private void runOrRearm() {
        Duration rest = rest();
        if (!rest.isZero()) {
            arm();
        } else if (!isCancelled()) {
            task.run();
        }
    }

    private synchronized boolean isCancelled() {
        return cancelled;
    }

    @Override
    public synchronized void cancel() {
        cancelled = true;
        if (next != null) {
            next.cancel();
        }
    }
}
