package dev.millrace.core.internal.subtree;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may be active: so many at once, news before history, otherwise first come, first served; whoever has had nothing to
 * do for longest makes room. Guarded by its owner.
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

    /** Whether none waits for a place, and those that are active have nothing to do before a timer fires. */
    boolean areQuiet() {
        return queued() == 0 && active == idle.size() + armed.size();
    }

    void queue(SubtreeStream<S> member, boolean isUrgent) {
        member.course = SubtreeStream.Course.QUEUED;
        (isUrgent ? urgent : others).add(member);
    }

    /** It waits no longer, if it did. */
    void forget(SubtreeStream<S> member) {
        if (urgent.remove(member) || others.remove(member)) {
            member.course = SubtreeStream.Course.PARKED;
        }
    }

    void isBusy(SubtreeStream<S> member) {
        idle.remove(member);
        armed.remove(member);
    }

    void isIdle(SubtreeStream<S> member) {
        if (member.course == SubtreeStream.Course.ACTIVE) {
            idle.add(member);
        }
    }

    /** It has nothing to do before a timer of its run fires, and keeps its place until then. */
    void isArmed(SubtreeStream<S> member) {
        if (member.course == SubtreeStream.Course.ACTIVE) {
            armed.add(member);
        }
    }

    /** It was to leave, and stays after all. */
    void stays(SubtreeStream<S> member) {
        leaving.remove(member);
        member.course = SubtreeStream.Course.ACTIVE;
    }

    /** It has left. */
    void release(SubtreeStream<S> member, SubtreeStream.Course next) {
        idle.remove(member);
        armed.remove(member);
        leaving.remove(member);
        active--;
        member.course = next;
    }

    /**
     * Who is next: someone who is active from now on, or, if there is no place for those who wait, someone who is to
     * leave; null when there is nothing to do.
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
