package dev.millrace.core.runner;

import dev.millrace.core.EventStreams;
import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.lease.LeaseSource;
import dev.millrace.core.internal.lease.LeasedSubtreeRun;
import dev.millrace.core.internal.run.RunnerOptions;
import dev.millrace.core.internal.subtree.SubtreeHandle;
import dev.millrace.core.internal.subtree.SubtreeRun;
import dev.millrace.core.internal.subtree.SubtreeStreams;
import dev.millrace.core.processor.Processor;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/**
 * A runner of one processor on a stream and on all streams below it, also on those that are created later. Each stream
 * has its own state.
 *
 * <p>For each stream the guarantees of {@link ProcessorRunner} hold. In addition:
 *
 * <ul>
 *   <li>One connection serves all streams if the service has subtree subscriptions. Otherwise at most 64 streams are
 *       subscribed to, and the others are read in turn, every few seconds.
 *   <li>On a stream that is created while this runner runs, it acts from the first event, also with {@link
 *       EffectStartPolicy#LIVE}; with a durable progress store, also on one that was created while no runner was
 *       running. The copied events of a fork cause no effects.
 *   <li>A stream whose reducer throws, whose effects hang or whose log cannot be read does not affect the others.
 *   <li>At most {@link Builder#maxActive} streams have a run at a time. An idle run is stopped when another stream
 *       needs its slot; its state is dropped. The next event on that stream starts a catch-up, with a call of {@link
 *       Processor#onCaughtUp}.
 * </ul>
 *
 * <p>There is no order between streams. Safe for use by many threads. The {@code await…} methods throw as in {@link
 * ProcessorRunner}.
 *
 * @param <S> the processor's state, one for each stream
 * @since 0.1
 */
public final class SubtreeRunner<S> implements AutoCloseable {
    private final SubtreeHandle<S> subtree;

    private SubtreeRunner(SubtreeHandle<S> subtree) {
        this.subtree = subtree;
    }

    /** The progress of the whole subtree; {@link RunnerStatus.Phase#STANDBY} while another process has the lease. */
    public SubtreeStatus status() {
        return subtree.status();
    }

    /**
     * The progress on one stream; empty in stand-by, or if the stream is unknown or was excluded by {@link
     * Builder#only}.
     */
    public Optional<RunnerStatus> status(StreamPath path) {
        return subtree.members().flatMap(streams -> streams.status(path));
    }

    /** All known streams, ordered by path; none in stand-by. */
    public List<StreamPath> streams() {
        return subtree.members().map(SubtreeStreams::paths).orElse(List.of());
    }

    /** The newest state of a stream; empty while it has no run. */
    public Optional<S> state(StreamPath path) {
        return subtree.members().flatMap(streams -> streams.state(path));
    }

    /**
     * Waits until every stream that existed at the start has caught up, or has halted. In stand-by it waits for the
     * lease first.
     */
    public void awaitCaughtUp(Duration limit) {
        await(() -> subtree.members().filter(SubtreeStreams::isCaughtUp).isPresent(), limit, "awaitCaughtUp");
    }

    /**
     * Waits until the runner is idle on all streams, for the events that have arrived, see {@link
     * ProcessorRunner#awaitIdle}. In stand-by it waits for the lease first.
     */
    public void awaitIdle(Duration limit) {
        await(() -> subtree.members().filter(SubtreeStreams::areIdle).isPresent(), limit, "awaitIdle");
    }

    private void await(BooleanSupplier condition, Duration limit, String what) {
        ProcessorRunner.await(subtree.when(condition), limit, what, () -> status().toString());
    }

    /** Completes with the last status when the runner was stopped or failed. It never completes exceptionally. */
    public CompletableFuture<SubtreeStatus> ended() {
        return subtree.ended();
    }

    /**
     * Stops on every stream like {@link ProcessorRunner#stop}; the deadline is for all streams together. Then the lease
     * is released, so that another process takes over at once. A second call does nothing.
     */
    public void stop(Duration deadline) {
        subtree.stop(deadline);
    }

    /** Stops with a deadline of ten seconds. */
    @Override
    public void close() {
        stop(Duration.ofSeconds(10));
    }

    /**
     * A builder of subtree runners. Not safe for use by many threads.
     *
     * @param <S> the processor's state
     */
    public static final class Builder<S> {
        private final EventStreams streams;
        private final Processor<S> processor;
        private final StreamPath root;
        private final RunnerOptions options;
        private Optional<Duration> lease;
        private Predicate<StreamPath> wanted = path -> true;
        private int maxActive = 1000;

        Builder(
                EventStreams streams,
                Processor<S> processor,
                StreamPath root,
                RunnerOptions options,
                Optional<Duration> lease) {
            this.streams = streams;
            this.processor = processor;
            this.root = root;
            this.options = options;
            this.lease = lease;
        }

        /**
         * Selects the streams on which the processor runs, the top stream included; by default all. Called often, on
         * the connection's thread.
         */
        public Builder<S> only(Predicate<StreamPath> paths) {
            wanted = Objects.requireNonNull(paths, "paths");
            return this;
        }

        /**
         * How many streams can have a run at the same time; 1000 by default, at least 1. A stream with an unfinished
         * effect or background task keeps its slot, so choose a number above the most such streams that you expect.
         */
        public Builder<S> maxActive(int streamsAtOnce) {
            if (streamsAtOnce < 1) {
                throw new IllegalArgumentException("maxActive must be 1 or more, got " + streamsAtOnce);
            }
            maxActive = streamsAtOnce;
            return this;
        }

        /**
         * Lets one of several processes act, as {@link ProcessorRunner.Builder#exclusive(Duration)}, with one lease for
         * all streams of the subtree. It is held in the side stream {@code /millrace/leases/<slug>/<top stream>}, with
         * three events for each lease time, however many streams there are. A process without the lease reads nothing
         * but that stream; when it gains the lease, it starts as after any start. When it loses the lease, it stops on
         * all streams at once. The processor does not run on lease streams.
         *
         * @param time how long the lease lasts without renewal, at least 1 s; tens of seconds are usual. Use the same
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

        /** Runs the processor without a lease, see {@link ProcessorRunner.Builder#withoutLease}. */
        public Builder<S> withoutLease() {
            lease = Optional.empty();
            return this;
        }

        /**
         * Starts and returns at once.
         *
         * @throws IllegalArgumentException if the processor's slug is not valid, or its lease is shorter than 1 s
         */
        public SubtreeRunner<S> start() {
            if (lease.isPresent()) {
                LeaseSource.Terms terms =
                        new LeaseSource.Terms(root, LeaseLength.checked(lease.get()), LeaseSource.OWN);
                LeasedSubtreeRun<S> leased =
                        new LeasedSubtreeRun<>(streams, processor, root, options, wanted, maxActive, terms);
                leased.start();
                return new SubtreeRunner<>(leased);
            }
            SubtreeRun<S> subtree = new SubtreeRun<>(streams, processor, root, options, wanted, maxActive, () -> {});
            subtree.connect();
            return new SubtreeRunner<>(subtree);
        }
    }
}
