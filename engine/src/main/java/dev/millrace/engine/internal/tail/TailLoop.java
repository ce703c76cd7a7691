package dev.millrace.engine.internal.tail;

import dev.millrace.core.StreamException;
import dev.millrace.core.Subscription;
import dev.millrace.core.runner.Backoff;
import dev.millrace.core.runner.Timers;
import dev.millrace.engine.spi.StreamKey;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What makes a live tail run: steps, one at a time, whenever there may be something to do and the sink is ready for it.
 *
 * <p>A failure of the store that may pass does not end a tail whose sink wants to go on: it waits, longer each time, and
 * begins again after the last record that was delivered.
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

    /** How long a tail waits before it begins again. */
    private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(10));

    private final Executor delivery;
    private final Timers timers;
    private final StreamKey stream;
    private final AtomicInteger wakeUps = new AtomicInteger();
    private final AtomicReference<@Nullable StreamException> loss = new AtomicReference<>();
    private volatile boolean ended;
    private volatile @Nullable Throwable failure;
    private volatile @Nullable CompletableFuture<Void> pause;

    // Of the thread whose turn it is.
    private int losses;
    private boolean begun;
    private @Nullable Instant lostAt;

    TailLoop(Executor delivery, Timers timers, StreamKey stream) {
        this.delivery = delivery;
        this.timers = timers;
        this.stream = stream;
    }

    /**
     * Does the next thing. What it throws is a failure of the store: sinks are called by {@link #tell} and {@link #hand}.
     */
    abstract Step step();

    /** Asks the sink whether it goes on after a failure that may pass. */
    abstract boolean goesOnAfter(StreamException lost);

    /** The next step begins again, after the last record that was delivered. */
    abstract void beginAgain();

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
        endPause();
    }

    /** Ends the tail with a failure, unless it has ended already. */
    final void fail(Throwable cause) {
        if (!ended) {
            failure = unwrap(cause);
            ended = true;
        }
        wake();
        endPause();
    }

    private void endPause() {
        CompletableFuture<Void> waiting = pause;
        if (waiting != null) {
            waiting.complete(null);
        }
    }

    /** The tail cannot go on as it is, and begins again. Returns at once. */
    final void lose(StreamException cause) {
        loss.compareAndSet(null, cause);
        wake();
    }

    /** The tail begins: how long it was lost since it did so before; zero the first time. */
    final Duration takeGap() {
        begun = true;
        Instant since = lostAt;
        lostAt = null;
        Duration gap = since == null ? Duration.ZERO : Duration.between(since, timers.now());
        return gap.isNegative() ? Duration.ZERO : gap;
    }

    /** The store can be read again. */
    final void found() {
        losses = 0;
    }

    /** Makes a call of the sink; what it throws ends the tail. */
    final Step tell(Runnable call) {
        try {
            call.run();
        } catch (RuntimeException | Error e) {
            fail(e);
        }
        return Step.AGAIN;
    }

    /** Hands a page to the sink, and goes on when its stage has completed; a failure ends the tail. */
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
            return Step.WAITING; // for ever: the wake-ups are kept
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

    /** Waits, and begins again, if the failure may pass and the sink wants that. */
    private Step pause(StreamException lost) {
        if (!lost.isRetryable() || !asksToGoOn(lost)) {
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
        lostAt = begun && lostAt == null ? timers.now() : lostAt;
    }

    private boolean asksToGoOn(StreamException lost) {
        try {
            return goesOnAfter(lost);
        } catch (RuntimeException | Error e) {
            fail(e);
            return false;
        }
    }

    /** Goes on when the store has done something; a failure of it is one of this step. */
    final Step afterStore(CompletableFuture<?> stage) {
        return after(stage, problem -> {
            if (problem instanceof StreamException lost) {
                lose(lost);
            } else {
                fail(problem);
            }
        });
    }

    private Step after(CompletableFuture<?> stage, Consumer<Throwable> failed) {
        if (stage.isDone() && !stage.isCompletedExceptionally()) {
            return Step.AGAIN;
        }
        stage.whenComplete((done, problem) -> {
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
            over(failure);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, "a sink failed in its last call, on " + stream, e);
        } finally {
            forget();
        }
    }
}
