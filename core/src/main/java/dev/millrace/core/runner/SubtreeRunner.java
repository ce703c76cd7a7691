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
import java.util.function.Predicate;

/**
 * Runs one processor on a stream and on every stream below it, those to come included, each with a state of its own.
 *
 * <p>What {@link ProcessorRunner} guarantees for one stream holds for each of these, and besides:
 *
 * <ul>
 *   <li>one connection serves all of them, where the service has subtrees; elsewhere at most 64 are subscribed to at once
 *       and the others looked at in turn, every few seconds;
 *   <li>a stream that is made while this runs is acted on from its first event, under {@link EffectStartPolicy#LIVE} as well,
 *       and so is one that was made while it was down, where progress survives; of a fork, the copied events are history;
 *   <li>a stream whose reducer throws, whose effects hang or whose log cannot be read harms no other;
 *   <li>at most {@link Builder#maxActive} streams have a run at a time. One with nothing to do is let go when another has
 *       something; it keeps no state, and folds its log again when something happens on it. That is a catch-up, with a
 *       call of {@link Processor#onCaughtUp}.
 * </ul>
 *
 * <p>Between streams there is no order. Safe for use by many threads. The methods that wait must not be called from
 * inside an effect.
 *
 * @param <S> the processor's state, of each stream
 */
public final class SubtreeRunner<S> implements AutoCloseable {
    private final SubtreeRun<S> subtree;

    private SubtreeRunner(SubtreeRun<S> subtree) {
        this.subtree = subtree;
    }

    /** Where all of it stands. */
    public SubtreeStatus status() {
        return subtree.status();
    }

    /** Where one stream stands; empty when it is not known, or not wanted. */
    public Optional<RunnerStatus> status(StreamPath path) {
        return subtree.members().status(path);
    }

    /** Every stream that is known, in the order of their paths. */
    public List<StreamPath> streams() {
        return subtree.members().paths();
    }

    /** The newest folded state of a stream; empty while it has no run. */
    public Optional<S> state(StreamPath path) {
        return subtree.members().state(path);
    }

    /**
     * Waits until every stream that was there at first has caught up, or has halted.
     *
     * @throws dev.millrace.core.StreamException TIMEOUT after the limit; otherwise why the run ended before that
     * @throws IllegalStateException when called from inside an effect
     */
    public void awaitCaughtUp(Duration limit) {
        ProcessorRunner.await(subtree.when(subtree.members()::isCaughtUp), limit, "catch-up");
    }

    /**
     * Waits until there is nothing left to do on any stream, as {@link ProcessorRunner#awaitIdle} means it, as far as
     * events have arrived. As there, an attempt that waits for its time is nothing to do.
     *
     * @throws dev.millrace.core.StreamException as {@link #awaitCaughtUp}
     * @throws IllegalStateException when called from inside an effect
     */
    public void awaitIdle(Duration limit) {
        ProcessorRunner.await(subtree.when(subtree.members()::areIdle), limit, "idleness");
    }

    /** Completes, always normally, with the last status: when this was stopped, or ended by itself. */
    public CompletableFuture<SubtreeStatus> ended() {
        return subtree.ended();
    }

    /**
     * Stops on every stream, as {@link ProcessorRunner#stop} does on one; the deadline is for all of them together.
     * Stopping twice does nothing.
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
     * Configures a runner of a subtree. Not safe for use by many threads.
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
         * On which streams the processor runs, by path, the one on top included; all of them by default. Asked often, on
         * the connection's thread.
         */
        public Builder<S> only(Predicate<StreamPath> paths) {
            wanted = Objects.requireNonNull(paths, "paths");
            return this;
        }

        /**
         * How many streams may have a run at the same time; 1000 by default, at least 1. A stream with an unfinished
         * effect or attempt keeps its place, so this should be more than there will ever be of those.
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
         * @throws IllegalArgumentException when the processor's slug is not valid
         */
        public SubtreeRunner<S> start() {
            SubtreeRun<S> subtree = new SubtreeRun<>(streams, processor, root, options, wanted, maxActive);
            subtree.connect();
            return new SubtreeRunner<>(subtree);
        }
    }
}
