package dev.millrace.core.internal.lease;

import dev.millrace.core.EventStreams;
import dev.millrace.core.Fence;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.run.ConditionWaiters;
import dev.millrace.core.internal.run.ProcessorRun;
import dev.millrace.core.internal.run.RunHandle;
import dev.millrace.core.internal.run.RunnerOptions;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.RunnerStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;

/**
 * A run that acts only while this process holds the lease. Without the lease a standby run reduces the events, so that
 * the state can be read. Each lease starts a new run, which catches up as after any start. Safe for use by many
 * threads.
 */
public final class LeasedRun<S> implements RunHandle<S>, LeaseHandle.Owner {
    private final EventStreams streams;
    private final Processor<S> processor;
    private final StreamPath path;
    private final RunnerOptions options;
    private final ConditionWaiters conditionWaiters = new ConditionWaiters();
    private final CompletableFuture<RunnerStatus> ended = new CompletableFuture<>();
    private final LeaseHandle keeper;
    private volatile ProcessorRun<S> current;
    private volatile boolean acting;
    private volatile boolean isDecided;
    private boolean closing;

    public LeasedRun(
            EventStreams streams,
            Processor<S> processor,
            StreamPath path,
            RunnerOptions options,
            LeaseSource.Terms terms) {
        this.streams = streams;
        this.processor = processor;
        this.path = path;
        this.options = options;
        this.keeper = terms.source().lease(streams, processor.slug(), terms.root(), terms.length(), options, this);
        this.current = endWithStandby(standbyRun());
    }

    public void start() {
        current.start();
        keeper.start();
    }

    private ProcessorRun<S> standbyRun() {
        // No snapshots: events that only this run has reduced may still need effects. No effects and no appends, not
        // even about a malformed payload or a reducer that throws: the lease holder may run another version.
        RunnerOptions quiet = options.with(
                EffectStartPolicy.after(Long.MAX_VALUE), ProgressStore.inMemory(), Optional.empty(), List.of());
        return new ProcessorRun<>(
                new ReadOnlyEventStreams(streams),
                new EffectlessProcessor<>(processor),
                path,
                quiet,
                conditionWaiters::changed);
    }

    @Override
    public void gained(Fence fence) {
        RunnerOptions fenced =
                options.under(fence, new FencedProgressStore(options.progress(), () -> keeper.holds(fence)));
        ProcessorRun<S> next = new ProcessorRun<>(
                new FencedEventStreams(streams, fence, keeper),
                new FencedProcessor<>(processor, fence, keeper),
                path,
                fenced,
                conditionWaiters::changed);
        if (replace(next, true)) {
            var unused = next.ended().thenAcceptAsync(last -> endedByItself(next), options.executor());
        }
    }

    @Override
    public void standsBy() {
        isDecided = true;
        conditionWaiters.changed();
    }

    @Override
    public void lost() {
        replace(endWithStandby(standbyRun()), false);
    }

    /**
     * A standby run that halts stays: the lease holder may run another version. If the service refuses its
     * subscription, this process ends.
     */
    private ProcessorRun<S> endWithStandby(ProcessorRun<S> standby) {
        var unused = standby.ended()
                .thenAcceptAsync(
                        last -> {
                            if (last.phase() == RunnerStatus.Phase.STOPPED
                                    && last.failure().isPresent()) {
                                endedByItself(standby);
                            }
                        },
                        options.executor());
        return standby;
    }

    private boolean replace(ProcessorRun<S> next, boolean acts) {
        ProcessorRun<S> old;
        synchronized (this) {
            if (closing) {
                return false;
            }
            old = current;
            current = next;
            acting = acts;
            isDecided = true;
        }
        try {
            old.stop(Duration.ZERO);
        } finally {
            next.start();
        }
        conditionWaiters.changed();
        return true;
    }

    /** If the reducer throws or the service refuses, this process gives up the lease; another process can take it. */
    private void endedByItself(ProcessorRun<S> run) {
        synchronized (this) {
            if (closing || run != current) {
                return;
            }
            closing = true;
        }
        run.stop(Duration.ZERO); // the next lease holder runs the effects that are still in its effect queue
        var unused = keeper.stop();
        end(run.status().failure().orElse("the run has stopped"));
    }

    @Override
    public void stop(Duration deadline) {
        ProcessorRun<S> last;
        synchronized (this) {
            if (closing) {
                return;
            }
            closing = true;
            last = current;
        }
        last.stop(deadline);
        Handover.release(keeper, options, acting, deadline);
        end("runner of '" + processor.slug() + "' was stopped");
    }

    private void end(String why) {
        ended.complete(current.status());
        conditionWaiters.end(new StreamException(StreamException.Code.UNAVAILABLE, path, why));
    }

    @Override
    public ProcessorRun<S> current() {
        return current;
    }

    @Override
    public boolean isDecided() {
        return isDecided;
    }

    @Override
    public RunnerStatus status() {
        boolean stands = !acting;
        RunnerStatus status = current.status();
        boolean runs = status.phase() != RunnerStatus.Phase.STOPPED && status.phase() != RunnerStatus.Phase.HALTED;
        return stands && runs
                ? new RunnerStatus(
                        RunnerStatus.Phase.STANDBY,
                        status.watermark(),
                        status.reducedThrough(),
                        0,
                        0,
                        status.failure().or(keeper::refusal))
                : status;
    }

    @Override
    public long acknowledgedThrough() {
        return acting ? current.acknowledgedThrough() : 0;
    }

    @Override
    public CompletableFuture<RunnerStatus> ended() {
        return ended.copy();
    }

    @Override
    public CompletableFuture<Void> when(BooleanSupplier condition) {
        return conditionWaiters.when(condition);
    }
}
