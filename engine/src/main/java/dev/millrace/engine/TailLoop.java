package dev.millrace.engine;

import dev.millrace.core.Subscription;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What makes a live tail run: steps, one at a time, whenever there may be something to do and the sink is ready for it.
 *
 * <p>Everything below {@link #run} happens on one thread at a time: the number of wake-ups not yet accounted for is the
 * lock, as long as it is above zero a run is under way or waits for the sink's stage.
 */
abstract class TailLoop implements Subscription {
    private static final Logger LOG = System.getLogger("dev.millrace.engine");

    /** What comes after a step. */
    enum Step {
        AGAIN,
        AT_HEAD,
        WAITING
    }

    private final Executor delivery;
    private final StreamKey stream;
    private final AtomicInteger wakeUps = new AtomicInteger();
    private volatile boolean ended;
    private volatile @Nullable Throwable failure;

    TailLoop(Executor delivery, StreamKey stream) {
        this.delivery = delivery;
        this.stream = stream;
    }

    /** Does the next thing. What it throws ends the tail. */
    abstract Step step();

    /** The last call; afterwards the tail is forgotten. */
    abstract void over(@Nullable Throwable why);

    /** Lets go of what the tail held. */
    abstract void forget();

    final StreamKey stream() {
        return stream;
    }

    final boolean hasEnded() {
        return ended;
    }

    /** There may be something to do. Returns at once. */
    final void wake() {
        if (wakeUps.getAndIncrement() == 0) {
            delivery.execute(this::run);
        }
    }

    @Override
    public final void close() {
        ended = true;
        wake();
    }

    /** Ends the tail with a failure, unless it has ended already. */
    final void fail(Throwable cause) {
        if (!ended) {
            failure = cause instanceof CompletionException && cause.getCause() != null ? cause.getCause() : cause;
            ended = true;
        }
        wake();
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
            return Step.WAITING; // for ever: the wake-ups are kept
        }
        try {
            return step();
        } catch (RuntimeException | Error e) {
            fail(e);
            return Step.AGAIN;
        }
    }

    /** Goes on when the stage has completed. */
    final Step after(CompletableFuture<?> stage) {
        if (stage.isDone() && !stage.isCompletedExceptionally()) {
            return Step.AGAIN;
        }
        stage.whenComplete((done, problem) -> {
            if (problem != null) {
                fail(problem);
            }
            delivery.execute(this::run);
        });
        return Step.WAITING;
    }

    private void end() {
        try {
            over(failure);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, "a sink failed in its last call, on " + stream, e);
        } finally {
            forget();
        }
    }
}
