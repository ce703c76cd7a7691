package dev.millrace.core.internal.append;

import dev.millrace.core.runner.Timers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A queue of appends to one stream that is paused or cannot be reached. They are sent one at a time, in the order of
 * the calls; a resume comes first. Guarded by its appender.
 */
final class PausedAppendQueue {
    private final Queue<InFlightAppend> waiting = new PriorityQueue<>(
            Comparator.comparing(InFlightAppend::isResume).reversed().thenComparingLong(InFlightAppend::number));
    private @Nullable InFlightAppend underWay;
    private Timers.@Nullable Timer timer;

    void add(InFlightAppend inFlightAppend) {
        waiting.add(inFlightAppend);
    }

    boolean isUnderWay() {
        return underWay != null;
    }

    boolean isUnderWay(InFlightAppend inFlightAppend) {
        return underWay == inFlightAppend;
    }

    void clearUnderWay() {
        underWay = null;
    }

    /** The next append, now under way; null if the queue is empty. */
    @Nullable InFlightAppend takeNext() {
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        underWay = waiting.poll();
        return underWay;
    }

    List<InFlightAppend> removeObsolete() {
        List<InFlightAppend> over = new ArrayList<>();
        waiting.removeIf(inFlightAppend -> inFlightAppend.isOver() && over.add(inFlightAppend));
        return over;
    }

    /** Runs the action after the delay, unless an append is under way or a timer is set. */
    void armTimer(Timers timers, Duration delay, Runnable action) {
        if (underWay == null && timer == null) {
            timer = timers.after(delay, action);
        }
    }
}
