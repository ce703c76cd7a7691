package dev.millrace.core.runner;

import dev.millrace.core.EventStreams;
import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.run.RunnerOptions;
import dev.millrace.core.internal.subtree.SubtreeRun;
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
    private final SubtreeRun<S> subtree;

    private SubtreeRunner(SubtreeRun<S> subtree) {
        this.subtree = subtree;
    }

    /** The progress of the whole subtree. */
    public SubtreeStatus status() {
        return subtree.status();
    }

    /** The progress on one stream; empty if the stream is unknown or was excluded by {@link Builder#only}. */
    public Optional<RunnerStatus> status(StreamPath path) {
        return subtree.members().status(path);
    }

    /** All known streams, ordered by path. */
    public List<StreamPath> streams() {
        return subtree.members().paths();
    }

    /** The newest state of a stream; empty while it has no run. */
    public Optional<S> state(StreamPath path) {
        return subtree.members().state(path);
    }

    /** Waits until every stream that existed at the start has caught up, or has halted. */
    public void awaitCaughtUp(Duration limit) {
        await(subtree.members()::isCaughtUp, limit, "awaitCaughtUp");
    }

    /**
     * Waits until the runner is idle on all streams, for the events that have arrived, see {@link
     * ProcessorRunner#awaitIdle}.
     */
    public void awaitIdle(Duration limit) {
        await(subtree.members()::areIdle, limit, "awaitIdle");
    }

    private void await(BooleanSupplier condition, Duration limit, String what) {
        ProcessorRunner.await(subtree.when(condition), limit, what, () -> status().toString());
    }

    /** Completes with the last status when the runner was stopped or failed. It never completes exceptionally. */
    public CompletableFuture<SubtreeStatus> ended() {
        return subtree.ended();
    }

    /**
     * Stops on every stream like {@link ProcessorRunner#stop}; the deadline is for all streams together. A second call
     * does nothing.
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
        private Predicate<StreamPath> wanted = path -> true;
        private int maxActive = 1000;

        Builder(EventStreams streams, Processor<S> processor, StreamPath root, RunnerOptions options) {
            this.streams = streams;
            this.processor = processor;
            this.root = root;
            this.options = options;
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
         * Starts and returns at once.
         *
         * @throws IllegalArgumentException if the processor's slug is not valid
         */
        public SubtreeRunner<S> start() {
            SubtreeRun<S> subtree = new SubtreeRun<>(streams, processor, root, options, wanted, maxActive);
            subtree.connect();
            return new SubtreeRunner<>(subtree);
        }
    }
}
