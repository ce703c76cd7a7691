package dev.millrace.core.runner;

import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.effect.EffectExecutors;
import dev.millrace.core.internal.effect.EffectMethods;
import dev.millrace.core.internal.effect.EffectQueue;
import dev.millrace.core.internal.lease.LeaseSource;
import dev.millrace.core.internal.lease.LeasedRun;
import dev.millrace.core.internal.run.BoundedAwait;
import dev.millrace.core.internal.run.Failpoints;
import dev.millrace.core.internal.run.ProcessorRun;
import dev.millrace.core.internal.run.RunHandle;
import dev.millrace.core.internal.run.RunnerOptions;
import dev.millrace.core.internal.snapshot.SnapshotSettings;
import dev.millrace.core.processor.Processor;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A runner of one processor on one stream. It first passes the existing events to {@code reduce} and runs no effects.
 * Then it goes live: it calls {@code afterAppend} for each new event.
 *
 * <p>Guarantees, also after a lost connection, a crash, or a second copy of the same processor:
 *
 * <ul>
 *   <li>every event is reduced once, in offset order; reducing does not wait for effects while fewer than {@link
 *       Builder#maxUnacknowledged} events have unfinished effects;
 *   <li>{@link Processor#afterAppend} is called for the events that {@link EffectStartPolicy} selects, in offset order,
 *       one at a time, at least once; what it appends is stored once;
 *   <li>{@link Processor#onCaughtUp} is called once for each catch-up, and again only if it failed;
 *   <li>an effect that fails is retried and then recorded as an event; a reducer that throws halts the run and is
 *       recorded.
 * </ul>
 *
 * <p>Safe for use by many threads. The {@code await…} methods throw a {@link dev.millrace.core.StreamException}:
 * TIMEOUT after the limit, otherwise the reason why the run ended. Inside an effect they throw {@link
 * IllegalStateException}.
 *
 * @param <S> the processor's state
 * @since 0.1
 */
public final class ProcessorRunner<S> implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("dev.millrace.core.runner");

    private final RunHandle<S> run;
    private final String name;

    private ProcessorRunner(RunHandle<S> run, String name) {
        this.run = run;
        this.name = name;
    }

    /** A builder for a runner of {@code processor}; {@link Builder#stream(StreamPath)} is required. */
    public static <S> Builder<S> builder(EventStreams streams, Processor<S> processor) {
        return new Builder<>(streams, processor);
    }

    /** The default executor of effects: daemon threads, virtual ones if the JVM has them. */
    public static Executor sharedThreads() {
        return EffectExecutors.shared();
    }

    /** The newest state. */
    public S state() {
        return run.current().state();
    }

    /** The progress of the run. */
    public RunnerStatus status() {
        return run.status();
    }

    /**
     * Waits until the first catch-up has finished: everything that was in the log at the first connection is reduced. If
     * the processor runs under a lease, it waits before until this process or another one holds the lease.
     */
    public void awaitCaughtUp(Duration limit) {
        await(() -> run.isDecided() && run.current().isCaughtUp(), limit, "awaitCaughtUp");
    }

    /** Waits until the event at this offset is reduced. */
    public void awaitReduced(long offset, Duration limit) {
        await(() -> run.current().reducedThrough() >= offset, limit, "awaitReduced(" + offset + ")");
    }

    /** Waits until every effect of events up to this offset has finished. */
    public void awaitProcessed(long offset, Duration limit) {
        await(() -> run.acknowledgedThrough() >= offset, limit, "awaitProcessed(" + offset + ")");
    }

    /**
     * Waits until the runner is idle: caught up, no unfinished effect, no running background task, no pending append,
     * and all its appends to its own stream are reduced. A task that waits for its start time does not count. If another
     * process holds the lease, this one is idle when it has caught up.
     */
    public void awaitIdle(Duration limit) {
        await(this::isIdle, limit, "awaitIdle");
    }

    /** True if the runner is idle now, as {@link #awaitIdle} defines it. */
    public boolean isIdle() {
        return run.isDecided() && run.current().isIdle();
    }

    /** Completes with the last status when the run was stopped, halted or failed. It never completes exceptionally. */
    public CompletableFuture<RunnerStatus> ended() {
        return run.ended();
    }

    private void await(BooleanSupplier condition, Duration limit, String what) {
        await(run.when(condition), limit, what, () -> name + ", " + run.status());
    }

    static void await(CompletableFuture<Void> reached, Duration limit, String what, Supplier<String> status) {
        if (EffectQueue.isInside()) {
            throw new IllegalStateException(what + " called from inside an effect, which would wait for itself;"
                    + " return the stage of the work instead, or launch a background task");
        }
        String advice = "; wait longer, or find the reducer, effect or background task that does not finish";
        BoundedAwait.await(reached, limit, what, () -> status.get() + advice);
    }

    /**
     * Stops the runner: it takes no more events, waits for pending effects until the deadline, cancels background
     * tasks, and saves progress. Unfinished effects are logged; the next runner runs them. A second call does nothing.
     * Inside an effect this method does not wait.
     */
    public void stop(Duration deadline) {
        run.stop(deadline);
    }

    /** Stops with a deadline of ten seconds. */
    @Override
    public void close() {
        stop(Duration.ofSeconds(10));
    }

    /**
     * A builder of runners. Not safe for use by many threads.
     *
     * @param <S> the processor's state
     */
    public static final class Builder<S> {
        private final EventStreams streams;
        private final Processor<S> processor;
        private @Nullable StreamPath path;
        private @Nullable ProgressStore progress;
        private @Nullable EffectStartPolicy effectStartPolicy;
        private Timers timers = Timers.system();
        private @Nullable Executor executor;
        private RandomGenerator random = RandomGenerator.getDefault();
        private RetryPolicy retry = RetryPolicy.DEFAULT;
        private Duration reconnectGrace = Duration.ofSeconds(30);
        private int maxUnacknowledged = 64;
        private Duration heartbeat = Duration.ofSeconds(5);
        private @Nullable Predicate<Event> last;
        private Optional<Duration> staleAfter = Optional.empty();
        private @Nullable SnapshotStore snapshots;
        private @Nullable StateFormat<S> stateFormat;
        private int snapshotEvery = 1000;
        private Failpoints failpoints = Failpoints.NONE;
        private final List<RunnerListener> listeners = new ArrayList<>();
        private Optional<Duration> lease;
        private LeaseSource leaseSource = LeaseSource.OWN;
        private @Nullable StreamPath leaseRoot;

        private Builder(EventStreams streams, Processor<S> processor) {
            this.streams = streams.withoutRetries();
            this.processor = Objects.requireNonNull(processor, "processor");
            this.lease = processor.lease();
        }

        /** The stream. Required. */
        public Builder<S> stream(StreamPath newPath) {
            path = newPath;
            return this;
        }

        /** The stream. Required. Throws {@link IllegalArgumentException} if the text is not a path. */
        public Builder<S> stream(String newPath) {
            return stream(StreamPath.of(newPath));
        }

        /**
         * The store of progress. Without one, nothing is saved, and {@link EffectStartPolicy#LIVE} is the default
         * policy: an effect that a crash interrupts is lost, unless {@link Processor#onCaughtUp} starts it again. If the
         * processor does not override that, and no policy is chosen, the runner logs a warning when it starts.
         */
        public Builder<S> progress(ProgressStore store) {
            progress = store;
            return this;
        }

        /** The events that cause effects; with a progress store {@link EffectStartPolicy#ACKNOWLEDGED} by default. */
        public Builder<S> effectsFrom(EffectStartPolicy policy) {
            effectStartPolicy = policy;
            return this;
        }

        /** Clock and timers; the system's by default. */
        public Builder<S> timers(Timers newTimers) {
            timers = newTimers;
            return this;
        }

        /**
         * The executor of effects and background tasks; {@link #sharedThreads()} by default. It must not reject tasks
         * while the runner runs.
         */
        public Builder<S> executor(Executor newExecutor) {
            executor = newExecutor;
            return this;
        }

        /** The randomness of back-off delays. */
        public Builder<S> random(RandomGenerator newRandom) {
            random = newRandom;
            return this;
        }

        /** How failed effects are retried; {@link RetryPolicy#DEFAULT} by default. */
        public Builder<S> retry(RetryPolicy policy) {
            retry = policy;
            return this;
        }

        /**
         * The longest connection gap after which {@link EffectStartPolicy#LIVE} still acts on the events of the gap; 30
         * s by default, not negative. The events of a longer gap are only reduced.
         */
        public Builder<S> reconnectGrace(Duration grace) {
            if (grace.isNegative()) {
                throw new IllegalArgumentException("reconnectGrace must not be negative, got " + grace);
            }
            reconnectGrace = grace;
            return this;
        }

        /** How many events may have unfinished effects before the runner stops reading; 64 by default, at least 1. */
        public Builder<S> maxUnacknowledged(int events) {
            if (events < 1) {
                throw new IllegalArgumentException("maxUnacknowledged must be 1 or more, got " + events);
            }
            maxUnacknowledged = events;
            return this;
        }

        /**
         * The service's heartbeat; 5 s by default, positive. If {@link #maxUnacknowledged} blocks the runner for
         * longer, it closes its subscription and subscribes again when an effect has finished. So the service never
         * sees it as a slow reader.
         */
        public Builder<S> heartbeat(Duration interval) {
            if (interval.isNegative() || interval.isZero()) {
                throw new IllegalArgumentException("heartbeat must be positive, got " + interval);
            }
            heartbeat = interval;
            return this;
        }

        /**
         * The greatest age of an event that causes effects, positive; no limit by default. An older event is only
         * reduced and counts as acknowledged, whatever {@link EffectStartPolicy} says. The age is the difference
         * between {@link Event#createdAt()} and this machine's clock when the event is reduced; leave room for clock
         * differences. {@link Processor#onCaughtUp} is still called.
         */
        public Builder<S> staleAfter(Duration age) {
            if (age.isNegative() || age.isZero()) {
                throw new IllegalArgumentException("staleAfter must be positive, got " + age);
            }
            staleAfter = Optional.of(age);
            return this;
        }

        /**
         * Saves snapshots of the state, so that the next start reads only later events; by default there are none.
         * Snapshots only make the start faster. A snapshot is ignored if its version, schema or incarnation is another
         * one, if it is damaged, or if its offset is beyond the log or above the effect floor.
         *
         * <p>A snapshot is taken only at an offset up to which no event still needs effects: about every {@link
         * #snapshotEvery} events, after a second without events, and at the stop; at most once a second, on the
         * executor.
         *
         * @param format how the state becomes JSON; if the state that is read back is not equal, no snapshots are saved
         */
        public Builder<S> snapshots(SnapshotStore store, StateFormat<S> format) {
            snapshots = Objects.requireNonNull(store, "store");
            stateFormat = Objects.requireNonNull(format, "format");
            return this;
        }

        /** Like {@link #snapshots(SnapshotStore, StateFormat)} with {@link StateFormat#of(Class)}. */
        public Builder<S> snapshots(SnapshotStore store, Class<S> state) {
            return snapshots(store, StateFormat.of(state));
        }

        /**
         * After how many events a snapshot is taken of a stream that is never quiet for a second; 1000 by default, at
         * least 1.
         */
        public Builder<S> snapshotEvery(int events) {
            if (events < 1) {
                throw new IllegalArgumentException("snapshotEvery must be 1 or more, got " + events);
            }
            snapshotEvery = events;
            return this;
        }

        /** Test hooks between the steps of the runner. */
        Builder<S> failpoints(Failpoints points) {
            failpoints = points;
            return this;
        }

        /**
         * The last event: the first one that matches is reduced and acted on, and no later event is read. Pending
         * effects and background tasks continue; the run still has to be stopped. By default there is none.
         */
        public Builder<S> until(Predicate<Event> lastEvent) {
            last = lastEvent;
            return this;
        }

        /**
         * Lets one of several processes act, with a lease of this length instead of the one that {@link
         * Processor#lease()} names. Each process runs the same processor on the same stream, and only the holder of the
         * lease acts. The others reduce and run no effects ({@link RunnerStatus.Phase#STANDBY}). If the holder stops,
         * another process takes over at once; if it is silent, within one lease time. The new holder catches up as
         * after any start, so give all processes a shared {@link #progress} store, or reconcile in {@code onCaughtUp}.
         *
         * <p>The lease is held in the side stream {@code /millrace/leases/<slug>/<path>}, with three events for each
         * lease time. The service refuses appends of a former holder, even if that process was suspended for long; on a
         * service without this check the lease is only advisory. Clocks of processes are not compared.
         *
         * @param time how long a lease lasts without renewal, at least 1 s; tens of seconds are usual. Use the same
         *     value in all processes
         */
        public Builder<S> exclusive(Duration time) {
            lease = Optional.of(LeaseLength.checked(time));
            return this;
        }

        /** As {@link #exclusive(Duration)}, with the length that the processor names, otherwise 10 s. */
        public Builder<S> exclusive() {
            return exclusive(processor.lease().orElse(LeaseLength.DEFAULT));
        }

        /**
         * Runs the processor without a lease, although {@link Processor#lease()} names one. Then two processes can act
         * at the same time, for example while a new version is rolled out: each can take the unfinished work of the
         * other for lost and start it again, effects outside the log happen twice, and the appends of a suspended
         * process are stored late. Use it if you are sure that only one process runs the processor on this stream.
         */
        public Builder<S> withoutLease() {
            lease = Optional.empty();
            return this;
        }

        /**
         * Shares the lease of the processor on {@code root} with the other runners that were given the same {@code
         * leases}, the same root and the same slug. They are one process for the others: a runner elsewhere with a
         * lease on {@code root}, for example one of that subtree, does not act while they do. This method alone does
         * not take a lease: {@link #exclusive(Duration)} or {@link Processor#lease()} does. The first runner sets the
         * length.
         *
         * @param root the stream that names the lease, usually this runner's stream or one above it; by default its
         *     stream
         */
        public Builder<S> sharedLease(SharedLeases leases, StreamPath root) {
            leaseSource = leases.source();
            leaseRoot = Objects.requireNonNull(root, "root");
            return this;
        }

        /** Adds a listener. Listeners are called in the order in which they were added. */
        public Builder<S> listener(RunnerListener listener) {
            listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /**
         * Starts the run and returns at once.
         *
         * @throws IllegalStateException if no stream was given, or if {@link #until} is combined with {@link
         *     #snapshots}
         * @throws IllegalArgumentException if the processor's slug is not valid, or its lease is shorter than 1 s
         */
        public ProcessorRunner<S> start() {
            if (lease.isPresent()) {
                LeasedRun<S> leasedRun = new LeasedRun<>(streams, processor, path(), options(), terms(lease.get()));
                leasedRun.start();
                return new ProcessorRunner<>(leasedRun, name());
            }
            ProcessorRun<S> run = new ProcessorRun<>(streams, processor, path(), options());
            run.start();
            return new ProcessorRunner<>(run, name());
        }

        private LeaseSource.Terms terms(Duration length) {
            StreamPath root = leaseRoot != null ? leaseRoot : path();
            return new LeaseSource.Terms(root, LeaseLength.checked(length), leaseSource);
        }

        private String name() {
            return "'" + processor.slug() + "' on " + path;
        }

        /**
         * Returns a builder for a runner of this stream and all streams below it, with the settings made so far. Do not
         * combine it with {@link #until} or {@link #sharedLease}.
         *
         * @throws IllegalStateException if no stream was given
         */
        public SubtreeRunner.Builder<S> subtree() {
            return new SubtreeRunner.Builder<>(streams, processor, path(), options(), lease);
        }

        private StreamPath path() {
            if (path == null) {
                throw new IllegalStateException("no stream to run '" + processor.slug() + "' on; call stream(…)");
            }
            return path;
        }

        private RunnerOptions options() {
            Optional<SnapshotSettings<?>> snapshotting = snapshots == null || stateFormat == null
                    ? Optional.empty()
                    : Optional.of(new SnapshotSettings<>(snapshots, stateFormat, snapshotEvery));
            if (last != null && snapshotting.isPresent()) {
                throw new IllegalStateException(
                        "cannot run " + name() + " with both until(…) and snapshots(…): a snapshot"
                                + " may already contain the last event; use one of them");
            }
            if (progress == null && effectStartPolicy == null && EffectMethods.needProgress(processor)) {
                LOG.log(
                        Level.WARNING,
                        () -> name() + " saves no progress: an effect that a crash interrupts is lost, because the"
                                + " processor has no onCaughtUp. Call progress(ProgressStore.inDirectory(…)), or"
                                + " effectsFrom(EffectStartPolicy.LIVE) if effects may be lost");
            }
            return new RunnerOptions(
                    effectStartPolicy != null
                            ? effectStartPolicy
                            : progress == null ? EffectStartPolicy.LIVE : EffectStartPolicy.ACKNOWLEDGED,
                    progress != null ? progress : ProgressStore.inMemory(),
                    timers,
                    executor != null ? executor : EffectExecutors.shared(),
                    random,
                    retry,
                    reconnectGrace,
                    maxUnacknowledged,
                    heartbeat,
                    last != null ? last : event -> false,
                    staleAfter,
                    snapshotting,
                    List.copyOf(listeners),
                    failpoints,
                    Optional.empty());
        }
    }
}
