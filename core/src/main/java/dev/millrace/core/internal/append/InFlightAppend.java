package dev.millrace.core.internal.append;

import dev.millrace.core.AppendResult;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.EventInput;
import dev.millrace.core.Provenance;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.run.Failpoints.Point;
import dev.millrace.core.internal.run.RunnerOptions;
import java.time.Instant;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One append on its way: sent, perhaps refused, sent again, until it has its answer. One thread at a time drives it. */
final class InFlightAppend {
    private final Appender appender;
    private final long number;
    private final int life;
    private final StreamPath target;
    private final EventInput input;
    private final BooleanSupplier cancelled;
    private final boolean insistent;
    private final CompletableFuture<AppendResult> result = new CompletableFuture<>();
    private final AtomicInteger failures = new AtomicInteger();
    private volatile int resumesSeen;
    private volatile @Nullable Instant waitingSince;

    InFlightAppend(
            Appender appender,
            long number,
            int life,
            StreamPath target,
            EventInput input,
            BooleanSupplier cancelled,
            boolean insistent) {
        this.appender = appender;
        this.number = number;
        this.life = life;
        this.target = target;
        this.input = input;
        this.cancelled = cancelled;
        this.insistent = insistent;
    }

    CompletableFuture<AppendResult> result() {
        return result;
    }

    /** Its place among all appends of the runner. */
    long number() {
        return number;
    }

    /** The life of the own stream in which it was asked for. */
    int life() {
        return life;
    }

    /** A resume ends the wait of others, so it cannot wait behind them. */
    boolean isResume() {
        return BuiltInType.RESUMED.matches(input.type());
    }

    StreamPath target() {
        return target;
    }

    /** How often the own stream had been resumed when it was last sent. */
    int resumesSeen() {
        return resumesSeen;
    }

    void waitsFrom(Instant now) {
        waitingSince = now;
    }

    /** Whether it must not be sent any more. */
    boolean isOver() {
        boolean again = waitingSince != null || failures.get() > 0;
        return appender.isClosed()
                || (again && !appender.isPatient())
                || life != appender.life()
                || cancelled.getAsBoolean();
    }

    void go() {
        if (result.isDone()) {
            return;
        }
        if (isOver()) {
            giveUp();
            return;
        }
        appender.options().failpoints().reach(Point.BEFORE_APPEND);
        resumesSeen = appender.resumes();
        CompletableFuture<AppendResult> answer;
        try {
            answer = appender.streams().append(target, input);
        } catch (RuntimeException broken) {
            answer = CompletableFuture.failedFuture(broken);
        }
        answer.whenComplete((appended, failure) -> {
            if (failure == null) {
                appender.options().failpoints().reach(Point.AFTER_APPEND);
                appender.stored(this, appended);
                appender.settled(this);
                result.complete(appended);
            } else {
                refused(Appender.unwrap(failure));
            }
        });
    }

    void giveUp() {
        String why = cancelled.getAsBoolean()
                ? "its attempt was cancelled"
                : life != appender.life() ? "its stream began a new life" : "the runner is stopping";
        fail(new CancellationException("append of " + input.type() + " to " + target + " was given up: " + why));
    }

    private void refused(Throwable failure) {
        if (failure instanceof StreamException refusal) {
            if (refusal.code() == StreamException.Code.PAUSED && mayPark()) {
                appender.park(this);
                return;
            }
            if (refusal.isRetryable() && maySendAgain(refusal.code(), failures.incrementAndGet())) {
                appender.backOff(this, failures.get(), refusal);
                return;
            }
        }
        fail(failure);
    }

    /** A service that fails at this very append would do so for ever. */
    private boolean maySendAgain(StreamException.Code code, int failed) {
        return failed < RunnerOptions.SENDS || (insistent && code != StreamException.Code.INTERNAL);
    }

    /**
     * A pause that meets a paused stream is moot; a runaway chain has met the pause that ends it, and must not go on
     * with the resume; and a foreign stream is waited for only so long.
     */
    private boolean mayPark() {
        boolean runaway = input.metadata()
                .flatMap(Provenance::of)
                .filter(origin -> origin.hops() > RunnerOptions.MOST_HOPS || origin.depth() > RunnerOptions.MOST_DEPTH)
                .isPresent();
        if (runaway || BuiltInType.PAUSED.matches(input.type())) {
            return false;
        }
        Instant now = appender.options().timers().now();
        Instant since = waitingSince;
        if (since == null) {
            since = now;
            waitingSince = now;
        }
        return appender.isOwn(target) || now.isBefore(since.plus(RunnerOptions.FOREIGN_PARKING_LIMIT));
    }

    private void fail(Throwable failure) {
        appender.settled(this);
        result.completeExceptionally(failure);
    }
}
