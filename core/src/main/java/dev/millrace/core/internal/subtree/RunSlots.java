package dev.millrace.core.internal.subtree;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The slots of active streams: at most {@code most} at a time. Streams with new events come before catch-ups,
 * otherwise first come, first served. The stream that has been idle longest makes room. Guarded by its owner.
 */
final class RunSlots<S> {
    private final int most;
    private final Set<SubtreeStream<S>> urgent = new LinkedHashSet<>();
    private final Set<SubtreeStream<S>> others = new LinkedHashSet<>();
    private final Set<SubtreeStream<S>> idle = new LinkedHashSet<>();
    private final Set<SubtreeStream<S>> armed = new HashSet<>();
    private final Set<SubtreeStream<S>> leaving = new HashSet<>();
    private int active;

    RunSlots(int most) {
        this.most = most;
    }

    int active() {
        return active;
    }

    int queued() {
        return urgent.size() + others.size();
    }

    /** True if no stream waits for a slot, and all active ones are idle or wait for a timer. */
    boolean areQuiet() {
        return queued() == 0 && active == idle.size() + armed.size();
    }

    void queue(SubtreeStream<S> subtreeStream, boolean isUrgent) {
        subtreeStream.course = SubtreeStream.Course.QUEUED;
        (isUrgent ? urgent : others).add(subtreeStream);
    }

    /** Removes a stream from the queue. */
    void forget(SubtreeStream<S> subtreeStream) {
        if (urgent.remove(subtreeStream) || others.remove(subtreeStream)) {
            subtreeStream.course = SubtreeStream.Course.SUSPENDED;
        }
    }

    void markBusy(SubtreeStream<S> subtreeStream) {
        idle.remove(subtreeStream);
        armed.remove(subtreeStream);
    }

    void markIdle(SubtreeStream<S> subtreeStream) {
        if (subtreeStream.course == SubtreeStream.Course.ACTIVE) {
            idle.add(subtreeStream);
        }
    }

    /** The stream is idle until a timer of its run fires; it keeps its slot. */
    void markArmed(SubtreeStream<S> subtreeStream) {
        if (subtreeStream.course == SubtreeStream.Course.ACTIVE) {
            armed.add(subtreeStream);
        }
    }

    /** The stream keeps its slot after all. */
    void keep(SubtreeStream<S> subtreeStream) {
        leaving.remove(subtreeStream);
        subtreeStream.course = SubtreeStream.Course.ACTIVE;
    }

    void release(SubtreeStream<S> subtreeStream, SubtreeStream.Course next) {
        idle.remove(subtreeStream);
        armed.remove(subtreeStream);
        leaving.remove(subtreeStream);
        active--;
        subtreeStream.course = next;
    }

    /**
     * The next change: a stream that becomes active, or, if there is no free slot for a waiting one, a stream that has
     * to leave; null if there is nothing to do.
     */
    @Nullable SubtreeStream<S> take() {
        if (queued() == 0) {
            return null;
        }
        if (active < most) {
            active++;
            SubtreeStream<S> next = first(urgent.isEmpty() ? others : urgent);
            next.course = SubtreeStream.Course.ACTIVE;
            return next;
        }
        if (idle.isEmpty() || leaving.size() >= queued()) {
            return null;
        }
        SubtreeStream<S> next = first(idle);
        next.course = SubtreeStream.Course.LEAVING;
        leaving.add(next);
        return next;
    }

    private static <S> SubtreeStream<S> first(Set<SubtreeStream<S>> members) {
        SubtreeStream<S> first = members.iterator().next();
        members.remove(first);
        return first;
    }
}
