package dev.millrace.core.internal.subtree;

import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.run.ProcessorRun;
import dev.millrace.core.runner.PagedTail;
import dev.millrace.core.runner.RunnerStatus;
import org.jspecify.annotations.Nullable;

/** One stream of a subtree: a few fields, and a run while it is active. Guarded by its subtree, except the path. */
final class SubtreeStream<S> {
    enum Course {
        /** No run, and nothing to do. */
        SUSPENDED,
        /** Waits for a slot. */
        QUEUED,
        /** Has a run. */
        ACTIVE,
        /** Its run is being stopped. */
        LEAVING,
        /** Its reducer threw; it stays so until the next incarnation. */
        HALTED
    }

    final StreamPath path;
    Course course = Course.SUSPENDED;
    String incarnation;

    /** The newest known offset. */
    long head;

    /** Events up to this offset cause no effects in the next run. */
    long baseline;

    /** The number of the connection that reported it last. */
    int namedIn;

    /** True if {@code awaitCaughtUp} waits for it. */
    boolean isAwaited;

    /** True if it was destroyed; it is removed when its run has ended. */
    boolean isGone;

    /** True if it has to run although there are no new events. */
    boolean isDue;

    @Nullable ProcessorRun<S> run;

    @Nullable PagedTail tail;

    /** Counts the incarnations of the stream; {@link #incarnationsAtStart} is the one of its run. */
    int incarnations;

    int incarnationsAtStart;

    /** True if a watch for the idleness of its run is set. */
    boolean isWatched;

    /** The last status of a run that ended by itself. */
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

    void beginAnew(String nextIncarnation, long nextHead, long nextBaseline) {
        incarnations++;
        incarnation = nextIncarnation;
        head = nextHead;
        baseline = nextBaseline;
        isGone = false;
        failed = null;
    }
}
