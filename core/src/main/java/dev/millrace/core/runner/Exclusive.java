package dev.millrace.core.runner;

import dev.millrace.core.EventStreams;
import dev.millrace.core.Fence;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.Processor;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;

/**
 * A run that acts only while this process holds the lease. Without it another run folds and does nothing, so that the state can
 * be seen and is warm; each lease begins with a run of its own, which catches up as after any start. Safe for use by many threads.
 */
final class Exclusive<S> implements Running<S>, LeaseKeeper.Owner {
    private static final System.Logger LOG = System.getLogger("dev.millrace.core.runner");
    private static final Duration LETTING_GO = Duration.ofSeconds(1);
    private static final SecureRandom NAMES = new SecureRandom();

    private final EventStreams streams;
    private final Processor<S> processor;
    private final StreamPath path;
    private final RunnerOptions options;
    private final Progression progression = new Progression();
    private final CompletableFuture<RunnerStatus> ended = new CompletableFuture<>();
    private final LeaseKeeper keeper;
    private volatile Run<S> current;
    private volatile boolean acting;
    private boolean closing;

    Exclusive(EventStreams streams, Processor<S> processor, StreamPath path, RunnerOptions options, Duration lease) {
        this.streams = streams;
        this.processor = processor;
        this.path = path;
        this.options = options;
        String holder = Long.toHexString(NAMES.nextLong()) + Long.toHexString(NAMES.nextLong());
        this.keeper = new LeaseKeeper(streams, processor.slug(), path, lease, holder, options, this);
        this.current = watched(onlooking());
    }

    void start() {
        current.start();
        keeper.start();
    }

    private Run<S> onlooking() {
        // No snapshots: what this run has folded, nobody need have acted on. No event is acted on, and nothing is
        // appended, not
        // even about a payload or a reducer that fails: whoever holds the lease may be of another version.
        RunnerOptions quiet =
                options.with(EffectsFrom.after(Long.MAX_VALUE), ProgressStore.inMemory(), Optional.empty(), List.of());
        return new Run<>(new Spectated(streams), new Onlooker<>(processor), path, quiet, progression::changed);
    }

    @Override
    public void gained(Fence fence) {
        RunnerOptions fenced = options.with(
                options.effectsFrom(),
                new FencedProgress(options.progress(), () -> keeper.holds(fence)),
                options.snapshots(),
                options.listeners());
        Run<S> next =
                new Run<>(new FencedStreams(streams, fence, keeper), processor, path, fenced, progression::changed);
        if (replace(next, true)) {
            next.ended().thenAcceptAsync(last -> endedByItself(next), options.executor());
        }
    }

    @Override
    public void lost() {
        replace(watched(onlooking()), false);
    }

    /** An onlooker that halts is left alone: whoever holds the lease may be of another version. One that is refused is refused for good. */
    private Run<S> watched(Run<S> onlooker) {
        onlooker.ended()
                .thenAcceptAsync(
                        last -> {
                            if (last.phase() == RunnerStatus.Phase.STOPPED
                                    && last.failure().isPresent()) {
                                endedByItself(onlooker);
                            }
                        },
                        options.executor());
        return onlooker;
    }

    private boolean replace(Run<S> next, boolean acts) {
        Run<S> old;
        synchronized (this) {
            if (closing) {
                return false;
            }
            old = current;
            current = next;
            acting = acts;
        }
        try {
            old.stop(Duration.ZERO);
        } finally {
            next.start();
        }
        progression.changed();
        return true;
    }

    /** A reducer that throws, or a service that refuses, ends this process's part; another may try. */
    private void endedByItself(Run<S> run) {
        synchronized (this) {
            if (closing || run != current) {
                return;
            }
            closing = true;
        }
        run.stop(Duration.ZERO); // what it has in its lane is another one's to do, as soon as that can hold the lease
        keeper.stop();
        end(run.status().failure().orElse("the run has ended"));
    }

    @Override
    public void stop(Duration deadline) {
        Run<S> last;
        synchronized (this) {
            if (closing) {
                return;
            }
            closing = true;
            last = current;
        }
        last.stop(deadline);
        writeDown(deadline);
        CompletableFuture<?> released = keeper.stop();
        if (!EffectLane.isInside()) {
            Waiting.completes(released, atMost(deadline));
        }
        end("runner of '" + processor.slug() + "' was stopped");
    }

    /** Whoever is next reads how far this one came as soon as the lease is free. */
    private void writeDown(Duration deadline) {
        boolean waits = acting && !deadline.isZero() && !EffectLane.isInside();
        if (waits && options.progress() instanceof ProgressStore.Durable store) {
            try {
                Waiting.completes(CompletableFuture.runAsync(store::flush, options.executor()), atMost(deadline));
            } catch (RejectedExecutionException shutDown) {
                LOG.log(Level.DEBUG, "progress is written when the store does so, after the lease has ended", shutDown);
            }
        }
    }

    private static Duration atMost(Duration deadline) {
        return deadline.compareTo(LETTING_GO) < 0 ? deadline : LETTING_GO;
    }

    private void end(String why) {
        ended.complete(current.status());
        progression.end(new StreamException(StreamException.Code.UNAVAILABLE, path, why));
    }

    @Override
    public S state() {
        return current.state();
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
    public boolean isCaughtUp() {
        return current.isCaughtUp();
    }

    @Override
    public boolean isIdle() {
        return current.isIdle();
    }

    @Override
    public long reducedThrough() {
        return current.reducedThrough();
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
        return progression.when(condition);
    }
}
