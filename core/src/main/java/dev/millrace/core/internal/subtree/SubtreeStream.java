package dev.millrace.core.internal.subtree;

import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.run.ProcessorRun;
import dev.millrace.core.runner.PagedTail;
import dev.millrace.core.runner.RunnerStatus;
import org.jspecify.annotations.Nullable;

/**
 * One stream of a subtree: while nothing happens on it, no more than these few fields. Guarded by its subtree, but for
 * the path.
 */
final class SubtreeStream<S> {
    /** Where a stream is in its course. */
    enum Course {
        /** Nothing to do: there is no run. */
        PARKED,
        /** Waits for a place among the active ones. */
        QUEUED,
        /** Has a run. */
        ACTIVE,
        /** Its run is being stopped. */
        LEAVING,
        /** Its reducer threw; it stays here until its next life. */
        HALTED
    }

    final StreamPath path;
    Course course = Course.PARKED;
    String incarnation;

    /** The newest offset known. */
    long head;

    /** What came up to here is history for the next run, or was dealt with by the last one. */
    long baseline;

    /** The connection that named it last. */
    int namedIn;

    /** Whether the subtree has not caught up before it does. */
    boolean isAwaited;

    /** Whether it was destroyed; it is forgotten as soon as its run is gone. */
    boolean isGone;

    /** Whether it has to run although there is no news. */
    boolean isDue;

    @Nullable ProcessorRun<S> run;

    @Nullable PagedTail tail;

    /** Counts the lives of the stream; a run belongs to one of them. */
    int life;

    int lifeOfRun;

    /** Whether somebody waits for its run to become idle. */
    boolean isWatched;

    /** Why the last run ended by itself. */
    @Nullable RunnerStatus failed;

    SubtreeStream(StreamPath path, String incarnation, long head, long baseline) {
        this.path = path;
        this.incarnation = incarnation;
        this.head = head;
        this.baseline = baseline;
    }

    boolean hasNews() {
        return head > baseline || isDue;
    }

    /** Another life of the stream begins. */
    void beginAnew(String nextIncarnation, long nextHead, long nextBaseline) {
        life++;
        incarnation = nextIncarnation;
        head = nextHead;
        baseline = nextBaseline;
        isGone = false;
        failed = null;
    }
}
