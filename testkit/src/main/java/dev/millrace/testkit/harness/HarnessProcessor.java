package dev.millrace.testkit.harness;

import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.Progress;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.Timers;
import dev.millrace.testkit.internal.state.StateJsonCodec;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * One processor of a harness, with its saved progress, over all crashes and restarts.
 */
final class HarnessProcessor<S> {
    /**
     * With this heartbeat, a runner with too many unfinished effects closes its subscription instead of blocking a
     * step.
     */
    private static final Duration NO_PATIENCE = Duration.ofNanos(1);

    private final Processor<S> processor;
    private final StreamPath path;
    private final EffectStartPolicy policy;
    private final HarnessNetwork network;
    private final Timers time;
    private final long seed;
    private final Ledger ledger = new Ledger();
    private RunScope runScope;
    private ProcessorRunner<S> runner;

    HarnessProcessor(
            Processor<S> processor,
            StreamPath path,
            EffectStartPolicy policy,
            HarnessNetwork network,
            Timers time,
            long seed) {
        this.processor = processor;
        this.path = path;
        this.policy = policy;
        this.network = network;
        this.time = time;
        this.seed = seed;
        this.runScope = new RunScope(network.steps(), time, ledger);
        this.runner = start(runScope);
    }

    private ProcessorRunner<S> start(RunScope newLife) {
        return ProcessorRunner.builder(new HarnessEventStreams(network, newLife), processor).stream(path)
                .withoutLease()
                .effectsFrom(policy)
                .progress(newLife)
                .timers(newLife)
                .executor(newLife)
                .random(new Random(seed))
                .heartbeat(NO_PATIENCE)
                .start();
    }

    Processor<S> processor() {
        return processor;
    }

    ProcessorRunner<S> runner() {
        return runner;
    }

    /** Ends the current run; its remaining work is dropped. */
    void crash() {
        runScope.end();
        runner.stop(Duration.ZERO);
    }

    void restart() {
        runScope = new RunScope(network.steps(), time, ledger);
        runner = start(runScope);
    }

    /** Resets the saved progress to this offset, if it is higher. */
    void rollBack(long offset) {
        Progress last = ledger.last;
        if (last != null && last.acknowledgedThrough() > offset) {
            ledger.last = new Progress(last.slug(), last.path(), last.incarnation(), offset);
        }
    }

    StateJsonCodec<S> json() {
        return new StateJsonCodec<>(processor);
    }

    private static final class Ledger implements ProgressStore {
        private @Nullable Progress last;

        @Override
        public Optional<Progress> load(String slug, StreamPath path) {
            return Optional.ofNullable(last);
        }

        @Override
        public void save(Progress progress) {
            last = progress;
        }
    }
}
