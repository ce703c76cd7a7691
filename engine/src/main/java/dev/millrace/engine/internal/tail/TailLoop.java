package dev.millrace.engine.internal.tail;

import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.Subscription;
import dev.millrace.core.runner.Backoff;
import dev.millrace.core.runner.Timers;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The loop of a live tail: it runs one step at a time, when there may be work and the sink is ready.
 *
 * <p>If the store fails and a retry may help, the loop asks the sink. If the sink wants to continue, the tail waits,
 * longer each time, and begins again after the last delivered record.
 *
 * <p>{@link #run} and all that it calls are confined to one thread at a time. The counter of wake-ups is the lock:
 * above zero, a run is active or waits for the stage of the sink.
 */
abstract class TailLoop implements Subscription {
    private static final Logger LOG = System.getLogger("dev.millrace.engine");

    /** The result of a step: what to do next. */
    enum Step {
        AGAIN,
        AT_HEAD,
        WAITING
    }

    private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(10));

    private final Executor delivery;
    private final Timers timers;
    private final StreamKey stream;
    private final AtomicInteger wakeUps = new AtomicInteger();
    private final AtomicReference<@Nullable StreamException> loss = new AtomicReference<>();
    private volatile boolean ended;
    private volatile @Nullable Throwable failure;
    private volatile @Nullable CompletableFuture<Void> pause;

    // confined to run()
    private int losses;
    private boolean begun;
    private @Nullable Duration lostAt;

    TailLoop(Executor delivery, Timers timers, StreamKey stream) {
        this.delivery = delivery;
        this.timers = timers;
        this.stream = stream;
    }

    /**
     * Does the next step. It may throw failures of the store; sinks are called with {@link #tell} and {@link #hand}.
     */
    abstract Step step();

    /** Asks the sink whether to continue after a failure that can be retried. */
    abstract boolean askToContinue(StreamException lost);

    /** Resets the tail: the next step begins again, after the last delivered record. */
    abstract void beginAgain();

    /** Makes the last call of the sink. */
    abstract void callOnEnd(@Nullable Throwable why);

    /** Removes the tail from its registry. */
    abstract void forget();

    final StreamKey stream() {
        return stream;
    }

    final boolean hasEnded() {
        return ended;
    }

    /** Runs the loop, because there may be work. Returns at once. */
    final void wake() {
        if (wakeUps.getAndIncrement() == 0) {
            delivery.execute(this::run);
        }
    }

    /** As {@link #wake}; does not wait until a pause after a failure is over. */
    final void wakeAtOnce() {
        wake();
        endPause();
    }

    @Override
    public final void close() {
        ended = true;
        wakeAtOnce();
    }

    /** Ends the tail with a failure, unless it has ended already. */
    final void fail(Throwable cause) {
        if (!ended) {
            failure = unwrap(cause);
            ended = true;
        }
        wakeAtOnce();
    }

    private void endPause() {
        CompletableFuture<Void> waiting = pause;
        if (waiting != null) {
            waiting.complete(null);
        }
    }

    /** Lets the tail begin again after a failure. Returns at once. */
    final void lose(StreamException cause) {
        loss.compareAndSet(null, cause);
        wake();
    }

    /** Called when the tail begins: the time since the failure before, zero the first time. */
    final Duration takeGap() {
        begun = true;
        Duration since = lostAt;
        lostAt = null;
        return since == null ? Duration.ZERO : timers.elapsed().minus(since);
    }

    /** Called after a successful read. */
    final void resetBackoff() {
        losses = 0;
    }

    /** Calls the sink; if it throws, the tail ends. */
    final Step tell(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | Error e) {
            fail(e);
        }
        return Step.AGAIN;
    }

    /** Passes a page to the sink, and continues when its stage has completed; if it fails, the tail ends. */
    final Step hand(Supplier<CompletionStage<Void>> call) {
        try {
            return after(call.get().toCompletableFuture(), this::fail);
        } catch (RuntimeException | Error e) {
            fail(e);
            return Step.AGAIN;
        }
    }

    private void run() {
        int seen = wakeUps.get();
        while (seen != 0) {
            Step step = guardedStep();
            if (step == Step.WAITING) {
                return; // the stage's completion runs this again
            }
            if (step == Step.AT_HEAD) {
                seen = wakeUps.addAndGet(-seen);
            }
        }
    }

    private Step guardedStep() {
        if (ended) {
            end();
            return Step.WAITING; // the counter stays above zero, so no other run begins
        }
        StreamException lost = loss.getAndSet(null);
        try {
            return lost == null ? step() : pause(lost);
        } catch (StreamException e) {
            return pause(e);
        } catch (RuntimeException | Error e) {
            fail(e);
            return Step.AGAIN;
        }
    }

    /** Waits and begins again, if the failure can be retried and the sink wants to continue. */
    private Step pause(StreamException lost) {
        if (!lost.isRetryable() || !askToContinueSafely(lost)) {
            fail(lost);
            return Step.AGAIN;
        }
        LOG.log(losses == 0 ? Level.INFO : Level.DEBUG, () -> "the tail of " + stream + " begins again later: " + lost);
        noteLoss();
        beginAgain();
        CompletableFuture<Void> waiting = new CompletableFuture<>();
        pause = waiting;
        timers.after(BACKOFF.delay(++losses, RandomGenerator.getDefault()), () -> waiting.complete(null));
        if (ended) {
            waiting.complete(null);
        }
        return after(waiting, this::fail);
    }

    private void noteLoss() {
        lostAt = begun && lostAt == null ? timers.elapsed() : lostAt;
    }

    private boolean askToContinueSafely(StreamException lost) {
        try {
            return askToContinue(lost);
        } catch (RuntimeException | Error e) {
            fail(e);
            return false;
        }
    }

    /** Continues when the stage of the store has completed; its failure is a failure of this step. */
    final Step afterStore(CompletableFuture<?> stage) {
        return after(stage, problem -> {
            if (problem instanceof StreamException lost) {
                lose(lost);
            } else {
                fail(problem);
            }
        });
    }

    /** Creates the stream, if this tail may. */
    final Step create(boolean allowed, Function<StreamKey, CompletableFuture<StreamHead>> touch) {
        if (!allowed) {
            throw new StreamException(
                    Code.STREAM_NOT_FOUND,
                    stream.path(),
                    "tail ended: there is no stream " + stream + "; read it when it exists");
        }
        return afterStore(touch.apply(stream));
    }

    private Step after(CompletableFuture<?> stage, Consumer<Throwable> failed) {
        if (stage.isDone() && !stage.isCompletedExceptionally()) {
            return Step.AGAIN;
        }
        var unused = stage.whenComplete((done, problem) -> {
            if (problem != null) {
                failed.accept(unwrap(problem));
            }
            delivery.execute(this::run);
        });
        return Step.WAITING;
    }

    private static Throwable unwrap(Throwable thrown) {
        return thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
    }

    private void end() {
        try {
            callOnEnd(failure);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, "a sink failed in its last call, on " + stream, e);
        } finally {
            forget();
        }
    }
}
