package dev.millrace.engine;

import dev.millrace.core.Connected;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.Subscription;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One reader that follows a stream. It has a cursor and no queue: woken by a commit, it reads the next page after its
 * cursor and hands it on, until it stands at the head.
 *
 * <p>Everything below {@link #run} happens on one thread at a time: the number of wake-ups not yet accounted for is the
 * lock, as long as it is above zero a run is under way or waits for the sink's stage.
 */
final class Tail implements Subscription {
    private static final Logger LOG = System.getLogger("dev.millrace.engine");

    private enum Step {
        AGAIN,
        AT_HEAD,
        WAITING
    }

    private final Tails tails;
    private final Executor delivery;
    private final StreamKey stream;
    private final RecordSink sink;
    private final AtomicInteger wakeUps = new AtomicInteger();
    private final PageSize pageSize = new PageSize();
    private volatile boolean ended;
    private volatile @Nullable Throwable failure;
    private long cursor;
    private long watermark = -1;
    private String incarnation = "";
    private boolean isCaughtUp;

    /**
     * A tail that does nothing before it is woken.
     *
     * @param sink makes the sink, given a way to ask whether the tail has ended in the middle of a page
     */
    Tail(
            Tails tails,
            Executor delivery,
            StreamKey stream,
            long afterOffset,
            Function<BooleanSupplier, RecordSink> sink) {
        this.tails = tails;
        this.delivery = delivery;
        this.stream = stream;
        this.cursor = afterOffset;
        this.sink = sink.apply(() -> ended);
    }

    /** There may be something to do. Returns at once. */
    void wake() {
        if (wakeUps.getAndIncrement() == 0) {
            delivery.execute(this::run);
        }
    }

    @Override
    public void close() {
        ended = true;
        wake();
    }

    /** Ends the tail with a failure, unless it has ended already. */
    void fail(Throwable cause) {
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
            return watermark < 0 ? begin() : deliver();
        } catch (RuntimeException | Error e) {
            fail(e);
            return Step.AGAIN;
        }
    }

    private Step begin() {
        Optional<StreamHead> head = tails.head(stream);
        if (head.isEmpty()) {
            return after(tails.touch(stream));
        }
        watermark = head.get().lastOffset();
        incarnation = head.get().incarnation();
        sink.onConnected(new Connected(incarnation, watermark, Duration.ZERO));
        return Step.AGAIN;
    }

    private Step deliver() {
        if (!isCaughtUp && cursor >= watermark) {
            isCaughtUp = true;
            sink.onCaughtUp(watermark);
            return Step.AGAIN;
        }
        List<EventRecord> page = isCaughtUp
                ? tails.live(stream, cursor, pageSize.records())
                : tails.backlog(stream, cursor, watermark, pageSize.records());
        if (ended) {
            return Step.AGAIN; // the page may belong to the next life of a destroyed stream
        }
        if (page.isEmpty()) {
            if (!isCaughtUp && isSameLife()) {
                throw new StreamException(
                        Code.INTERNAL,
                        stream.path(),
                        "tail failed: " + stream + "@" + cursor + "; the log ends before the head " + watermark
                                + "; check the store");
            }
            return Step.AT_HEAD; // or destroyed, and about to be told so
        }
        pageSize.saw(page);
        cursor = page.get(page.size() - 1).offset();
        return after(sink.onRecords(page).toCompletableFuture());
    }

    private boolean isSameLife() {
        return tails.head(stream)
                .filter(head -> head.incarnation().equals(incarnation))
                .isPresent();
    }

    private Step after(CompletableFuture<?> stage) {
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
            sink.onEnd(failure);
        } catch (RuntimeException | Error e) {
            LOG.log(Level.WARNING, "a sink failed in its last call, on " + stream, e);
        } finally {
            tails.forget(stream, this);
        }
    }
}
