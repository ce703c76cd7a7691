package dev.millrace.core.internal.snapshot;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.internal.append.ProducerIdentity;
import dev.millrace.core.internal.effect.FailureEvents;
import dev.millrace.core.internal.run.Failpoints.Point;
import dev.millrace.core.internal.run.RunnerOptions;
import dev.millrace.core.internal.run.StateHolder;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.StateFormat;
import dev.millrace.core.runner.StateSnapshot;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The snapshots of one run: finds the one it begins with, and makes new ones. Made are those of states behind which
 * nothing is owed any more: up to an offset that is acknowledged and saved, or that no run would act on. So the next run
 * can begin there without passing over an event that has to fire.
 *
 * <p>While there is something new, it looks once a second, on the executor; it writes when enough is new, or when nothing
 * came for a second. Safe for use by many threads.
 */
public final class Snapshotter<S> {
    private static final System.Logger LOG = System.getLogger("dev.millrace.core.runner");
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private record Candidate<S>(ProducerIdentity identity, StateHolder.Snapshot<S> fold) {
        long through() {
            return fold.through();
        }
    }

    private final @Nullable SnapshotSettings<S> plan;
    private final RunnerOptions options;
    private final StateHolder<S> fold;
    private final Supplier<ProducerIdentity> identity;
    private final LongSupplier settledThrough;

    private Optional<StateSnapshot> found = Optional.empty();

    // Guarded by this.
    private boolean armed;
    private boolean closed;

    // Guarded by the lock, which is held while a snapshot is written.
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Candidate<S> waiting;
    private Candidate<S> written;
    private long seen;
    private boolean proven;
    private boolean useless;
    private boolean failing;

    /**
     * For one run.
     *
     * @param settledThrough up to where nothing is owed that a next run would have to act on
     */
    public Snapshotter(
            RunnerOptions options,
            StateHolder<S> fold,
            Supplier<ProducerIdentity> identity,
            LongSupplier settledThrough) {
        @SuppressWarnings("unchecked") // the builder takes a format of its processor's state
        SnapshotSettings<S> ofThisState =
                (SnapshotSettings<S>) options.snapshots().orElse(null);
        this.plan = ofThisState;
        this.options = options;
        this.fold = fold;
        this.identity = identity;
        this.settledThrough = settledThrough;
        this.written = new Candidate<>(identity.get(), fold.now());
    }

    // ---- the beginning

    /** Looks for a snapshot; the offset after which the log has to be read. */
    public long find() {
        if (plan == null) {
            return 0;
        }
        ProducerIdentity own = identity.get();
        try {
            found = plan.store().load(own.slug(), own.path()).filter(snapshot -> fits(snapshot, own));
        } catch (RuntimeException unreadable) {
            LOG.log(Level.WARNING, "the snapshot of " + who(own) + " cannot be loaded; it is folded anew", unreadable);
        }
        return found.map(StateSnapshot::through).orElse(0L);
    }

    private boolean fits(StateSnapshot snapshot, ProducerIdentity own) {
        if (snapshot.version() != own.version()) {
            return ignore(snapshot, "it is of version " + snapshot.version() + ", and this is " + own.version());
        }
        if (plan != null && !snapshot.schema().equals(plan.format().schema())) {
            return ignore(snapshot, "its state has another shape");
        }
        return snapshot.through() > 0 || ignore(snapshot, "it holds nothing");
    }

    /**
     * Begins with what was found, if that fits the stream. False when something was found and does not: then the log has to
     * be read from its beginning.
     */
    public boolean restore(ConnectionInfo connected, long floor) {
        Optional<StateSnapshot> snapshot = found;
        found = Optional.empty();
        return snapshot.isEmpty() || plan == null || begin(snapshot.get(), plan.format(), connected, floor);
    }

    private boolean begin(StateSnapshot snapshot, StateFormat<S> format, ConnectionInfo connected, long floor) {
        if (connected.incarnation().isEmpty() || !connected.incarnation().equals(snapshot.incarnation())) {
            return ignore(snapshot, "it is of another life of the stream");
        }
        if (snapshot.through() > connected.watermark()) {
            return ignore(snapshot, "the stream has only " + connected.watermark() + " events");
        }
        if (snapshot.through() > floor) {
            return ignore(snapshot, "events after " + floor + " are to be acted on");
        }
        S state;
        try {
            state = format.read(snapshot.state());
        } catch (RuntimeException | StackOverflowError unreadable) {
            return ignore(snapshot, "its state cannot be read: " + FailureEvents.describe(unreadable));
        }
        fold.restore(state, snapshot.through());
        lock.lock();
        try {
            written = new Candidate<>(identity.get(), fold.now());
        } finally {
            lock.unlock();
        }
        LOG.log(Level.DEBUG, () -> who(identity.get()) + " begins with a snapshot through " + snapshot.through());
        return true;
    }

    private static boolean ignore(StateSnapshot snapshot, String why) {
        LOG.log(
                Level.INFO,
                () -> "the snapshot of '" + snapshot.slug() + "' on " + snapshot.path() + " through "
                        + snapshot.through() + " is ignored, and everything is folded anew: " + why);
        return false;
    }

    // ---- new ones

    /** Something was folded. */
    public void changed() {
        if (plan == null) {
            return;
        }
        synchronized (this) {
            if (armed || closed) {
                return;
            }
            armed = true;
        }
        options.timers().after(INTERVAL, () -> options.executor().execute(this::look));
    }

    private void look() {
        synchronized (this) {
            armed = false;
            if (closed) {
                return;
            }
        }
        boolean more;
        lock.lock();
        try {
            // The identity first: then what is folded meanwhile of another life has the wrong name, and not the
            // reverse.
            Candidate<S> newest = new Candidate<>(identity.get(), fold.now());
            long settled = settledThrough.getAsLong();
            boolean quiet = newest.through() == seen;
            seen = newest.through();
            Candidate<S> ready = ready(newest, settled);
            if (ready != null && (quiet || news(ready) >= (plan == null ? 0 : plan.every()))) {
                write(ready, true);
            }
            more = !useless && news(newest) > 0;
        } finally {
            lock.unlock();
        }
        if (more) {
            changed();
        }
    }

    /** The newest state behind which nothing is owed; what is not so far yet waits for the next look. */
    private @Nullable Candidate<S> ready(Candidate<S> newest, long settled) {
        if (newest.through() <= settled) {
            waiting = null;
            return newest;
        }
        Candidate<S> older = waiting;
        if (older == null || !older.identity.equals(newest.identity)) {
            waiting = newest;
            return null;
        }
        if (older.through() > settled) {
            return null;
        }
        waiting = newest;
        return older;
    }

    private long news(Candidate<S> candidate) {
        return candidate.identity.equals(written.identity)
                ? candidate.through() - written.through()
                : candidate.through();
    }

    /** The run is over: one last snapshot, if what is newest is settled, and nobody is writing one at the moment. */
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        if (!lock.tryLock()) {
            return; // it may wait for a service that does not answer, and the end must not
        }
        try {
            Candidate<S> newest = new Candidate<>(identity.get(), fold.now());
            if (newest.through() <= settledThrough.getAsLong()) {
                write(newest, false); // the progress store is flushed when it is closed
            }
        } finally {
            lock.unlock();
        }
    }

    private void write(Candidate<S> candidate, boolean afterProgress) {
        if (plan == null || useless || news(candidate) <= 0) {
            return;
        }
        ProducerIdentity of = candidate.identity;
        if (of.incarnation().isEmpty()) {
            useless = true;
            LOG.log(
                    Level.INFO,
                    () -> "no snapshots of " + who(of) + ": the service does not say which life of the stream it is");
            return;
        }
        options.failpoints().reach(Point.BEFORE_SNAPSHOT);
        try {
            JsonNode state = plan.format().write(candidate.fold.state());
            if (!proven && !isFaithful(plan.format(), state, candidate.fold.state())) {
                useless = true;
                LOG.log(
                        Level.WARNING,
                        () -> "no snapshots of " + who(of) + ": its state through " + candidate.through()
                                + " is not equal to what comes back from its JSON; make it a record or a value with equals");
                return;
            }
            proven = true;
            if (afterProgress && options.progress() instanceof ProgressStore.Durable durable) {
                durable.flush(); // or a crash would leave a snapshot of what still has to be acted on, which is of no
                // use
            }
            plan.store()
                    .save(new StateSnapshot(
                            of.slug(),
                            of.path(),
                            of.incarnation(),
                            of.version(),
                            plan.format().schema(),
                            candidate.through(),
                            state));
            written = candidate;
            failing = false;
        } catch (RuntimeException | StackOverflowError notWritten) {
            LOG.log(
                    failing ? Level.DEBUG : Level.WARNING,
                    "no snapshot of " + who(of) + " through " + candidate.through() + "; it is tried again",
                    notWritten);
            failing = true;
        }
        options.failpoints().reach(Point.AFTER_SNAPSHOT);
    }

    private boolean isFaithful(StateFormat<S> format, JsonNode json, S state) {
        return state.equals(format.read(JsonCodec.parse(JsonCodec.write(json))));
    }

    private static String who(ProducerIdentity identity) {
        return "'" + identity.slug() + "' on " + identity.path();
    }
}
