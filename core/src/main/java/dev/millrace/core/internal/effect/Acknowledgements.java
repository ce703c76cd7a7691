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
 * The acknowledged offset of a run: all effects up to it have finished, or were not required. It is saved only at or
 * above the effect floor, and not after the run was frozen. Safe for use by many threads.
 */
public final class Acknowledgements {
    private static final System.Logger LOG = System.getLogger("dev.millrace.core.runner");

    private final EffectQueue effectQueue;
    private final ProgressStore store;
    private volatile long handedThrough;
    private volatile OptionalLong frozen = OptionalLong.empty();
    private long floor = Long.MAX_VALUE;
    private long savedThrough = -1;
    private final Failpoints failpoints;

    public Acknowledgements(EffectQueue effectQueue, RunnerOptions options) {
        this.effectQueue = effectQueue;
        this.store = options.progress();
        this.failpoints = options.failpoints();
    }

    /** Starts an incarnation with the progress of an earlier run; only events above the floor have effects. */
    public synchronized void begin(OptionalLong acknowledged, long newFloor) {
        floor = newFloor;
        frozen = OptionalLong.empty();
        savedThrough = acknowledged.orElse(-1);
        handedThrough = 0;
    }

    /** Every effect of events up to this offset is in the effect queue, or not required. */
    public void handed(long offset) {
        handedThrough = offset;
    }

    public long handedThrough() {
        return handedThrough;
    }

    /** From now on the offset stays as it is, because pending effects are abandoned. */
    public synchronized void freeze() {
        frozen = OptionalLong.of(through());
    }

    /** Every effect of events up to this offset has finished, or was not required. */
    public long through() {
        OptionalLong last = frozen;
        if (last.isPresent()) {
            return last.getAsLong();
        }
        long handed = handedThrough;
        OptionalLong oldest = effectQueue.oldestPending();
        return oldest.isPresent() ? Math.min(oldest.getAsLong() - 1, handed) : handed;
    }

    /** The last saved offset, of this run or an earlier one; -1 if there is none. */
    public synchronized long savedThrough() {
        return savedThrough;
    }

    /** Saves the offset if it is higher than the saved one. A failure is logged; the next call saves again. */
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
                    "progress of " + identity + " was not saved through " + through
                            + "; it is saved with the next acknowledgement or at the stop",
                    notSaved);
        }
        failpoints.reach(Point.AFTER_SAVE);
    }
}
