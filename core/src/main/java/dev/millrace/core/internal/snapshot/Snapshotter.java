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
 * The snapshots of one run: loads the one it starts with, and saves new ones. A snapshot is saved only at an offset up
 * to which no event still needs effects: all are acknowledged and this is saved, or the policy does not act on them. So
 * a start from a snapshot skips no effect.
 *
 * <p>After new events it checks once a second, on the executor. It saves if there are enough new events, or if no event
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
    private final StateHolder<S> stateHolder;
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

    /** {@code settledThrough} is the offset up to which no event needs effects in a next run. */
    public Snapshotter(
            RunnerOptions options,
            StateHolder<S> stateHolder,
            Supplier<ProducerIdentity> identity,
            LongSupplier settledThrough) {
        @SuppressWarnings("unchecked") // the builder takes a format of its processor's state
        SnapshotSettings<S> ofThisState =
                (SnapshotSettings<S>) options.snapshots().orElse(null);
        this.plan = ofThisState;
        this.options = options;
        this.stateHolder = stateHolder;
        this.identity = identity;
        this.settledThrough = settledThrough;
        this.written = new Candidate<>(identity.get(), stateHolder.now());
    }

    /** Loads the snapshot; returns the offset after which the log has to be read. */
    public long load() {
        if (plan == null) {
            return 0;
        }
        ProducerIdentity own = identity.get();
        try {
            found = plan.store().load(own.slug(), own.path()).filter(snapshot -> acceptOrIgnore(snapshot, own));
        } catch (RuntimeException unreadable) {
            LOG.log(Level.WARNING, "the snapshot of " + own + " cannot be loaded; the whole log is read", unreadable);
        }
        return found.map(StateSnapshot::through).orElse(0L);
    }

    private boolean acceptOrIgnore(StateSnapshot snapshot, ProducerIdentity own) {
        if (snapshot.version() != own.version()) {
            return logIgnored(snapshot, "it is of version " + snapshot.version() + ", and this is " + own.version());
        }
        if (plan != null && !snapshot.schema().equals(plan.format().schema())) {
            return logIgnored(snapshot, "its state has another shape");
        }
        return snapshot.through() > 0 || logIgnored(snapshot, "it contains no event");
    }

    /**
     * Starts from the loaded snapshot if it fits the stream. False if it does not: then the log has to be read from its
     * beginning.
     */
    public boolean restore(ConnectionInfo connected, long floor) {
        Optional<StateSnapshot> snapshot = found;
        found = Optional.empty();
        return snapshot.isEmpty() || plan == null || begin(snapshot.get(), plan.format(), connected, floor);
    }

    private boolean begin(StateSnapshot snapshot, StateFormat<S> format, ConnectionInfo connected, long floor) {
        if (connected.incarnation().isEmpty() || !connected.incarnation().equals(snapshot.incarnation())) {
            return logIgnored(snapshot, "it is of another incarnation of the stream");
        }
        if (snapshot.through() > connected.watermark()) {
            return logIgnored(snapshot, "the stream has only " + connected.watermark() + " events");
        }
        if (snapshot.through() > floor) {
            return logIgnored(snapshot, "events after " + floor + " still need effects");
        }
        S state;
        try {
            state = format.read(snapshot.state());
        } catch (RuntimeException | StackOverflowError unreadable) {
            return logIgnored(snapshot, "its state cannot be read: " + FailureEvents.describe(unreadable));
        }
        stateHolder.restore(state, snapshot.through());
        lock.lock();
        try {
            written = new Candidate<>(identity.get(), stateHolder.now());
        } finally {
            lock.unlock();
        }
        LOG.log(Level.DEBUG, () -> identity.get() + " starts from a snapshot through " + snapshot.through());
        return true;
    }

    private static boolean logIgnored(StateSnapshot snapshot, String why) {
        LOG.log(
                Level.INFO,
                () -> "the snapshot of '" + snapshot.slug() + "' on " + snapshot.path() + " through "
                        + snapshot.through() + " is ignored, and the whole log is read: " + why);
        return false;
    }

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
        options.later(INTERVAL, this::saveIfReady);
    }

    private void saveIfReady() {
        synchronized (this) {
            armed = false;
            if (closed) {
                return;
            }
        }
        boolean more;
        lock.lock();
        try {
            // Identity first: if the incarnation changes in between, the candidate has the old one and is not used.
            Candidate<S> newest = new Candidate<>(identity.get(), stateHolder.now());
            long settled = settledThrough.getAsLong();
            boolean quiet = newest.through() == seen;
            seen = newest.through();
            Candidate<S> ready = takeReady(newest, settled);
            if (ready != null && (quiet || newEvents(ready) >= (plan == null ? 0 : plan.every()))) {
                write(ready, true);
            }
            more = !useless && newEvents(newest) > 0;
        } finally {
            lock.unlock();
        }
        if (more) {
            changed();
        }
    }

    /** The newest state that may be saved now; a newer one is kept for the next check. */
    private @Nullable Candidate<S> takeReady(Candidate<S> newest, long settled) {
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

    private long newEvents(Candidate<S> candidate) {
        return candidate.identity.equals(written.identity)
                ? candidate.through() - written.through()
                : candidate.through();
    }

    /** The run has ended: saves a last snapshot if the newest state may be saved and no write is running. */
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        if (!lock.tryLock()) {
            return; // a running write may wait for a service, and the stop must not
        }
        try {
            Candidate<S> newest = new Candidate<>(identity.get(), stateHolder.now());
            if (newest.through() <= settledThrough.getAsLong()) {
                write(newest, false); // the progress store is flushed when it is closed
            }
        } finally {
            lock.unlock();
        }
    }

    private void write(Candidate<S> candidate, boolean afterProgress) {
        if (plan == null || useless || newEvents(candidate) <= 0) {
            return;
        }
        ProducerIdentity of = candidate.identity;
        if (of.incarnation().isEmpty()) {
            useless = true;
            LOG.log(Level.INFO, () -> "no snapshots of " + of + ": the service does not name the stream's incarnation");
            return;
        }
        options.failpoints().reach(Point.BEFORE_SNAPSHOT);
        try {
            JsonNode state = plan.format().write(candidate.fold.state());
            if (!proven && !isFaithful(plan.format(), state, candidate.fold.state())) {
                useless = true;
                LOG.log(
                        Level.WARNING,
                        () -> "no snapshots of " + of + ": its state through " + candidate.through()
                                + " is not equal after it was written as JSON and read back; use a record, or a class"
                                + " with equals");
                return;
            }
            proven = true;
            if (afterProgress && options.progress() instanceof ProgressStore.Durable durable) {
                durable.flush(); // a snapshot beyond the saved progress would be ignored
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
                    "the snapshot of " + of + " through " + candidate.through() + " was not saved; it is retried",
                    notWritten);
            failing = true;
        }
        options.failpoints().reach(Point.AFTER_SNAPSHOT);
    }

    private boolean isFaithful(StateFormat<S> format, JsonNode json, S state) {
        return state.equals(format.read(JsonCodec.parse(JsonCodec.write(json))));
    }
}
