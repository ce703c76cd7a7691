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
 * The appends that wait for one stream that is paused or cannot be reached. They leave in the order in which they were
 * asked for, but for a resume, which comes first, and one at a time: the one under way lands, here again or for good, before
 * the next one takes off. Guarded by its appender.
 */
final class PausedAppendQueue {
    private final Queue<InFlightAppend> waiting = new PriorityQueue<>(
            Comparator.comparing(InFlightAppend::isResume).reversed().thenComparingLong(InFlightAppend::number));
    private @Nullable InFlightAppend underWay;
    private Timers.@Nullable Timer look;

    void add(InFlightAppend sending) {
        waiting.add(sending);
    }

    boolean isUnderWay() {
        return underWay != null;
    }

    boolean isUnderWay(InFlightAppend sending) {
        return underWay == sending;
    }

    void land() {
        underWay = null;
    }

    /** The next one, now under way; null when nothing waits. */
    @Nullable InFlightAppend takeOff() {
        if (look != null) {
            look.cancel();
            look = null;
        }
        underWay = waiting.poll();
        return underWay;
    }

    /** Takes out whatever need not be sent any more. */
    List<InFlightAppend> removeOver() {
        List<InFlightAppend> over = new ArrayList<>();
        waiting.removeIf(sending -> sending.isOver() && over.add(sending));
        return over;
    }

    /** Looks after a while whether the stream accepts appends again, unless that is going to happen anyway. */
    void look(Timers timers, Duration delay, Runnable action) {
        if (underWay == null && look == null) {
            look = timers.after(delay, action);
        }
    }
}
