package dev.millrace.core.runner;

import dev.millrace.core.EventStreams;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.Processor;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/** Runs one processor on one stream. SKELETON: signatures only, the implementation lands next. */
public final class ProcessorRunner<S> implements AutoCloseable {
    private ProcessorRunner() {}

    /** A runner of {@code processor} over {@code streams}. */
    public static <S> Builder<S> builder(EventStreams streams, Processor<S> processor) {
        return new Builder<>();
    }

    /** The newest reduced state. */
    public S state() {
        throw new UnsupportedOperationException("skeleton");
    }

    /** Where it stands. */
    public RunnerStatus status() {
        throw new UnsupportedOperationException("skeleton");
    }

    /** Waits until the runner has caught up once; fails with StreamException TIMEOUT. */
    public void awaitCaughtUp(Duration limit) {}

    /** Waits until the event at this offset is reduced. */
    public void awaitReduced(long offset, Duration limit) {}

    /** Waits until every effect of events up to this offset is acknowledged. */
    public void awaitProcessed(long offset, Duration limit) {}

    /** Stops intake, lets held effects finish until the deadline, cancels attempts, saves progress. */
    public void stop(Duration deadline) {}

    @Override
    public void close() {
        stop(Duration.ofSeconds(10));
    }

    /** Configures a runner. */
    public static final class Builder<S> {
        private Builder() {}

        /** The stream. Required. */
        public Builder<S> stream(StreamPath path) {
            return this;
        }

        /** The stream. Required. */
        public Builder<S> stream(String path) {
            return stream(StreamPath.of(path));
        }

        /** Where progress survives; in memory by default. */
        public Builder<S> progress(ProgressStore store) {
            return this;
        }

        /** Which events may cause effects; LIVE by default, ACKNOWLEDGED once a progress store is given. */
        public Builder<S> effectsFrom(EffectsFrom policy) {
            return this;
        }

        /** Clock and timers; the system's by default. */
        public Builder<S> timers(Timers timers) {
            return this;
        }

        /** Runs effects and attempts. */
        public Builder<S> executor(Executor executor) {
            return this;
        }

        /** Randomness of the back-off. */
        public Builder<S> random(RandomGenerator random) {
            return this;
        }

        /** How failed effects are retried. */
        public Builder<S> retry(RetryPolicy retry) {
            return this;
        }

        /** How long a gap may last before LIVE folds it only; 30 s by default. */
        public Builder<S> reconnectGrace(Duration grace) {
            return this;
        }

        /** How many unacknowledged effects reduction may run ahead; 64 by default. */
        public Builder<S> maxUnacknowledged(int events) {
            return this;
        }

        /** Starts it and returns at once. */
        public ProcessorRunner<S> start() {
            return new ProcessorRunner<>();
        }
    }
}
