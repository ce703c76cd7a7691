package dev.millrace.core.runner;

import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.effect.EffectExecutors;
import dev.millrace.core.internal.effect.EffectQueue;
import dev.millrace.core.internal.lease.LeasedRun;
import dev.millrace.core.internal.run.BoundedAwait;
import dev.millrace.core.internal.run.Failpoints;
import dev.millrace.core.internal.run.ProcessorRun;
import dev.millrace.core.internal.run.RunHandle;
import dev.millrace.core.internal.run.RunnerOptions;
import dev.millrace.core.internal.snapshot.SnapshotSettings;
import dev.millrace.core.processor.Processor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Runs one processor on one stream: folds the log from the beginning without effects, then goes live and fires them.
 *
 * <p>What it guarantees, whatever connection, crash or copy of itself comes in between:
 *
 * <ul>
 *   <li>every event is folded once, in offset order, and folding never waits for effects, up to a bound;
 *   <li>{@link Processor#afterAppend} is called for the events that {@link EffectStartPolicy} says, in offset order, one at a
 *       time, at least once; its appends are stored once;
 *   <li>{@link Processor#onCaughtUp} is called once for each catch-up, and again only when it failed;
 *   <li>an effect that fails is tried again and then recorded as an event; a reducer that throws halts the run and is
 *       recorded; nothing fails silently.
 * </ul>
 *
 * <p>Safe for use by many threads. The methods that wait must not be called from inside an effect.
 *
 * @param <S> the processor's state
 */
public final class ProcessorRunner<S> implements AutoCloseable {
    private final RunHandle<S> run;

    private ProcessorRunner(RunHandle<S> run) {
        this.run = run;
    }

    /** A runner of {@code processor} over {@code streams}; {@link Builder#stream(StreamPath)} is still to be said. */
    public static <S> Builder<S> builder(EventStreams streams, Processor<S> processor) {
        return new Builder<>(streams, processor);
    }

    /** The threads on which runners run effects by default: daemons, virtual ones where the JVM has them. */
    public static Executor sharedThreads() {
        return EffectExecutors.shared();
    }

    /** The newest folded state. */
    public S state() {
        return run.state();
    }

    /** Where the run stands. */
    public RunnerStatus status() {
        return run.status();
    }

    /**
     * Waits until the run has caught up for the first time: everything that was in the log when it connected is folded.
     *
     * @throws dev.millrace.core.StreamException TIMEOUT after the limit; otherwise why the run ended before that
     */
    public void awaitCaughtUp(Duration limit) {
        await(run.when(run::isCaughtUp), limit, "catch-up");
    }

    /**
     * Waits until the event at this offset is folded.
     *
     * @throws dev.millrace.core.StreamException as {@link #awaitCaughtUp}
     */
    public void awaitReduced(long offset, Duration limit) {
        await(run.when(() -> run.reducedThrough() >= offset), limit, "reduction through " + offset);
    }

    /**
     * Waits until every effect of events up to this offset is done.
     *
     * @throws dev.millrace.core.StreamException as {@link #awaitCaughtUp}
     * @throws IllegalStateException when called from inside an effect, which would wait for itself
     */
    public void awaitProcessed(long offset, Duration limit) {
        await(run.when(() -> run.acknowledgedThrough() >= offset), limit, "effects through " + offset);
    }

    /**
     * Waits until there is nothing left to do: caught up, every effect done, no attempt running, no append on its way,
     * and every event the processor appended to its own stream folded. An attempt that waits for its time is nothing to do.
     *
     * @throws dev.millrace.core.StreamException as {@link #awaitCaughtUp}
     * @throws IllegalStateException when called from inside an effect, which would wait for itself
     */
    public void awaitIdle(Duration limit) {
        await(run.when(run::isIdle), limit, "idleness");
    }

    /** Whether there is nothing left to do right now, as {@link #awaitIdle} means it. */
    public boolean isIdle() {
        return run.isIdle();
    }

    /** Completes, always normally, with the last status: when the run was stopped, or ended by itself. */
    public CompletableFuture<RunnerStatus> ended() {
        return run.ended();
    }

    static void await(CompletableFuture<Void> reached, Duration limit, String what) {
        if (EffectQueue.isInside()) {
            throw new IllegalStateException(
                    "waiting for " + what
                            + " from inside an effect would wait for that effect itself; return the stage instead, or launch the work");
        }
        BoundedAwait.await(reached, limit, what);
    }

    /**
     * Stops: takes no more events, lets held effects finish until the deadline, cancels attempts, and saves progress.
     * What was not finished is logged, and is owed again when the next runner starts. Stopping twice does nothing; from
     * inside an effect it does not wait.
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
     * Configures a runner. Not safe for use by many threads.
     *
     * @param <S> the processor's state
     */
    public static final class Builder<S> {
        private final EventStreams streams;
        private final Processor<S> processor;
        private @Nullable StreamPath path;
        private @Nullable ProgressStore progress;
        private @Nullable EffectStartPolicy effectsFrom;
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
        private @Nullable Duration lease;

        private Builder(EventStreams streams, Processor<S> processor) {
            this.streams = streams.withoutRetries();
            this.processor = Objects.requireNonNull(processor, "processor");
        }

        /** The stream. Required. */
        public Builder<S> stream(StreamPath newPath) {
            path = newPath;
            return this;
        }

        /**
         * The stream. Required.
         *
         * @throws IllegalArgumentException when the text is not a path
         */
        public Builder<S> stream(String newPath) {
            return stream(StreamPath.of(newPath));
        }

        /** Where progress survives; by default nowhere, and then {@link EffectStartPolicy#LIVE} is the default policy. */
        public Builder<S> progress(ProgressStore store) {
            progress = store;
            return this;
        }

        /** Which events may cause effects; {@link EffectStartPolicy#ACKNOWLEDGED} by default once there is a progress store. */
        public Builder<S> effectsFrom(EffectStartPolicy policy) {
            effectsFrom = policy;
            return this;
        }

        /** Clock and timers; the system's by default. */
        public Builder<S> timers(Timers newTimers) {
            timers = newTimers;
            return this;
        }

        /**
         * Runs effects and attempts; shared daemon threads by default, virtual ones where the JVM has them. It must not
         * reject tasks while the runner runs.
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

        /** How failed effects are tried again; {@link RetryPolicy#DEFAULT} by default. */
        public Builder<S> retry(RetryPolicy policy) {
            retry = policy;
            return this;
        }

        /**
         * How long a connection may have been lost for {@link EffectStartPolicy#LIVE} to act on the events of the gap; 30 s by
         * default, not negative. A longer gap is folded only.
         */
        public Builder<S> reconnectGrace(Duration grace) {
            if (grace.isNegative()) {
                throw new IllegalArgumentException("reconnectGrace must not be negative, got " + grace);
            }
            reconnectGrace = grace;
            return this;
        }

        /** How many events with unfinished effects folding may run ahead of; 64 by default, at least 1. */
        public Builder<S> maxUnacknowledged(int events) {
            if (events < 1) {
                throw new IllegalArgumentException("maxUnacknowledged must be 1 or more, got " + events);
            }
            maxUnacknowledged = events;
            return this;
        }

        /**
         * The service's heartbeat; 5 s by default, positive. A run whose effects have been at the bound for longer gives
         * its subscription back until there is room, so that it never becomes the service's slow reader.
         */
        public Builder<S> heartbeat(Duration interval) {
            if (interval.isNegative() || interval.isZero()) {
                throw new IllegalArgumentException("heartbeat must be positive, got " + interval);
            }
            heartbeat = interval;
            return this;
        }

        /**
         * How old an event may be and still cause effects, positive; by default age has no say. What is older is folded only
         * and counts as acknowledged, whatever {@link EffectStartPolicy} says of it, so that nobody acts today on what was wanted
         * last week. The age is taken when the event is folded, from its {@link Event#createdAt()} and this machine's clock;
         * leave room for how far the two may differ. {@link Processor#onCaughtUp} is called all the same.
         */
        public Builder<S> staleAfter(Duration age) {
            if (age.isNegative() || age.isZero()) {
                throw new IllegalArgumentException("staleAfter must be positive, got " + age);
            }
            staleAfter = Optional.of(age);
            return this;
        }

        /**
         * Keeps what the fold has come to, so that the next start reads only what came after; by default everything is folded
         * anew. It changes how fast a start is and nothing else. A snapshot of another version, shape or life of the stream is
         * ignored, and so is one that is torn, beyond the head, or newer than what is acknowledged.
         *
         * <p>Taken are states behind which nothing is owed: about every {@link #snapshotEvery} events, when nothing comes for
         * a second, and at the stop; once a second at most, on the executor.
         *
         * @param format how the state becomes JSON; the state has to be equal to what comes back, or none are kept
         */
        public Builder<S> snapshots(SnapshotStore store, StateFormat<S> format) {
            snapshots = Objects.requireNonNull(store, "store");
            stateFormat = Objects.requireNonNull(format, "format");
            return this;
        }

        /** As {@link #snapshots(SnapshotStore, StateFormat)}, with {@link StateFormat#of(Class)}. */
        public Builder<S> snapshots(SnapshotStore store, Class<S> state) {
            return snapshots(store, StateFormat.of(state));
        }

        /** How many events make a new snapshot worth while in a stream that is never quiet; 1000 by default, at least 1. */
        public Builder<S> snapshotEvery(int events) {
            if (events < 1) {
                throw new IllegalArgumentException("snapshotEvery must be 1 or more, got " + events);
            }
            snapshotEvery = events;
            return this;
        }

        /** Where to be told of each step, and to die. */
        Builder<S> failpoints(Failpoints points) {
            failpoints = points;
            return this;
        }

        /**
         * The event that ends the intake: the first one for which this holds is folded and acted on, and nothing after it
         * is. Held effects and attempts go on; the run still has to be stopped. By default there is none.
         */
        public Builder<S> until(Predicate<Event> lastEvent) {
            last = lastEvent;
            return this;
        }

        /**
         * Lets several processes stand by for one processor on one stream, of which one at a time acts. A runner that does
         * not hold the lease folds and has no effects ({@link RunnerStatus.Phase#STANDBY}); when the holder stops, another
         * one takes over at once, and when it falls silent, within the lease. Whoever takes over catches up as after any
         * start, so give all of them a {@link #progress} store they share, or let {@code onCaughtUp} reconcile.
         *
         * <p>The lease is held in a side stream, {@code /millrace/leases/<slug>/<path>}, with three events for each lease
         * time. An append of a holder whose lease has passed on is refused by the service, however long it slept; against a
         * service without that gate the lease is advisory. Clocks are not compared, only lengths of time.
         *
         * @param time how long a lease lasts unless it is renewed, at least 1 s; tens of seconds are usual. The same for
         *     all of them
         */
        public Builder<S> exclusive(Duration time) {
            if (time.compareTo(Duration.ofSeconds(1)) < 0) {
                throw new IllegalArgumentException("a lease must be 1 s or longer, got " + time);
            }
            lease = time;
            return this;
        }

        /** Who hears what the run does. May be called several times; they are told in this order. */
        public Builder<S> listener(RunnerListener listener) {
            listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /**
         * Starts the run and returns at once.
         *
         * @throws IllegalStateException when no stream was given; or when there is both a last event and a snapshot store,
         *     because a snapshot may pass over that event
         * @throws IllegalArgumentException when the processor's slug is not valid
         */
        public ProcessorRunner<S> start() {
            if (lease != null) {
                LeasedRun<S> exclusive = new LeasedRun<>(streams, processor, path(), options(), lease);
                exclusive.start();
                return new ProcessorRunner<>(exclusive);
            }
            ProcessorRun<S> run = new ProcessorRun<>(streams, processor, path(), options());
            run.start();
            return new ProcessorRunner<>(run);
        }

        /**
         * Goes on to a runner of the stream and of everything below it, with what was said here. {@link #until} is not
         * for those.
         *
         * @throws IllegalStateException when no stream was given, or {@link #exclusive} was said
         */
        public SubtreeRunner.Builder<S> subtree() {
            if (lease != null) {
                throw new IllegalStateException("cannot run '" + processor.slug() + "' on " + path
                        + " and below it under one lease; a lease is for one stream");
            }
            return new SubtreeRunner.Builder<>(streams, processor, path(), options());
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
                        "cannot run '" + processor.slug() + "' on " + path
                                + " with both until(…) and snapshots(…): a snapshot may pass over the last event; use one of them");
            }
            return new RunnerOptions(
                    effectsFrom != null
                            ? effectsFrom
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
                    failpoints);
        }
    }
}
