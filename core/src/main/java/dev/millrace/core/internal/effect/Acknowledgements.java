package dev.millrace.core.internal.effect;

import dev.millrace.core.internal.append.ProducerIdentity;
import dev.millrace.core.internal.run.Failpoints;
import dev.millrace.core.internal.run.Failpoints.Point;
import dev.millrace.core.internal.run.RunnerOptions;
import dev.millrace.core.runner.Progress;
import dev.millrace.core.runner.ProgressStore;
import java.lang.System.Logger.Level;
import java.util.OptionalLong;

/**
 * How far the effects of a run are done: through everything that was handed to the lane and is not pending there any
 * more. Saved from the floor of the run's decision on, because what was never to be done below it must not look half done; and never
 * again once something was abandoned. Safe for use by many threads.
 */
public final class Acknowledgements {
    private static final System.Logger LOG = System.getLogger("dev.millrace.core.runner");

    private final EffectQueue lane;
    private final ProgressStore store;
    private volatile long handedThrough;
    private volatile OptionalLong frozen = OptionalLong.empty();
    private long floor = Long.MAX_VALUE;
    private long savedThrough = -1;
    private final Failpoints failpoints;

    public Acknowledgements(EffectQueue lane, RunnerOptions options) {
        this.lane = lane;
        this.store = options.progress();
        this.failpoints = options.failpoints();
    }

    /** A life of the stream begins for this run, where an earlier run left it; effects are those of events above the floor. */
    public synchronized void begin(OptionalLong acknowledged, long newFloor) {
        floor = newFloor;
        frozen = OptionalLong.empty();
        savedThrough = acknowledged.orElse(-1);
        handedThrough = 0;
    }

    /** Every effect of events up to this offset is in the lane, or is not to be done. */
    public void handed(long offset) {
        handedThrough = offset;
    }

    public long handedThrough() {
        return handedThrough;
    }

    /** What is pending from here on is abandoned, which must not look like done. */
    public synchronized void freeze() {
        frozen = OptionalLong.of(through());
    }

    /** Every effect of events up to this offset is done, or was not to be done. */
    public long through() {
        OptionalLong last = frozen;
        if (last.isPresent()) {
            return last.getAsLong();
        }
        long handed = handedThrough;
        OptionalLong oldest = lane.oldestPending();
        return oldest.isPresent() ? Math.min(oldest.getAsLong() - 1, handed) : handed;
    }

    /** What the store was given last, in this run or before it; -1 for nothing. */
    public synchronized long savedThrough() {
        return savedThrough;
    }

    /** Saves what is new; what cannot be saved is tried again with the next. */
    public synchronized void save(ProducerIdentity identity) {
        long through = through();
        if (frozen.isPresent() || through < floor || through <= savedThrough) {
            return;
        }
        failpoints.reach(Point.BEFORE_SAVE);
        try {
            store.save(new Progress(identity.slug(), identity.path(), identity.incarnation(), through));
            savedThrough = through;
        } catch (RuntimeException notSaved) {
            LOG.log(
                    Level.WARNING,
                    "progress of '" + identity.slug() + "' on " + identity.path() + " was not saved through " + through
                            + "; the next acknowledgement or the stop tries again",
                    notSaved);
        }
        failpoints.reach(Point.AFTER_SAVE);
    }
}
