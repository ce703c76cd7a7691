package dev.millrace.core.runner;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may be active: so many at once, news before history, otherwise first come, first served; whoever has had nothing to
 * do for longest makes room. Guarded by its owner.
 */
final class Places<S> {
    private final int most;
    private final Set<Member<S>> urgent = new LinkedHashSet<>();
    private final Set<Member<S>> others = new LinkedHashSet<>();
    private final Set<Member<S>> idle = new LinkedHashSet<>();
    private final Set<Member<S>> armed = new HashSet<>();
    private final Set<Member<S>> leaving = new HashSet<>();
    private int active;

    Places(int most) {
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

    void queue(Member<S> member, boolean isUrgent) {
        member.course = Member.Course.QUEUED;
        (isUrgent ? urgent : others).add(member);
    }

    /** It waits no longer, if it did. */
    void forget(Member<S> member) {
        if (urgent.remove(member) || others.remove(member)) {
            member.course = Member.Course.PARKED;
        }
    }

    void isBusy(Member<S> member) {
        idle.remove(member);
        armed.remove(member);
    }

    void isIdle(Member<S> member) {
        if (member.course == Member.Course.ACTIVE) {
            idle.add(member);
        }
    }

    /** It has nothing to do before a timer of its run fires, and keeps its place until then. */
    void isArmed(Member<S> member) {
        if (member.course == Member.Course.ACTIVE) {
            armed.add(member);
        }
    }

    /** It was to leave, and stays after all. */
    void stays(Member<S> member) {
        leaving.remove(member);
        member.course = Member.Course.ACTIVE;
    }

    /** It has left. */
    void release(Member<S> member, Member.Course next) {
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
    @Nullable Member<S> take() {
        if (queued() == 0) {
            return null;
        }
        if (active < most) {
            active++;
            Member<S> next = first(urgent.isEmpty() ? others : urgent);
            next.course = Member.Course.ACTIVE;
            return next;
        }
        if (idle.isEmpty() || leaving.size() >= queued()) {
            return null;
        }
        Member<S> next = first(idle);
        next.course = Member.Course.LEAVING;
        leaving.add(next);
        return next;
    }

    private static <S> Member<S> first(Set<Member<S>> members) {
        Member<S> first = members.iterator().next();
        members.remove(first);
        return first;
    }
}
