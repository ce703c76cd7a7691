package dev.millrace.core.internal.append;

import dev.millrace.core.AppendResult;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Chain;
import dev.millrace.core.EventInput;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.effect.FailureEvents;
import dev.millrace.core.internal.run.Failpoints.Point;
import dev.millrace.core.internal.run.RunnerOptions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** One pending append, which is sent until it has a result. One thread at a time drives it. */
final class InFlightAppend {
    private final Appender appender;
    private final long number;
    private final int incarnations;
    private final OutgoingAppend outgoing;
    private final StreamPath target;
    private final EventInput input;
    private final CompletableFuture<AppendResult> result = new CompletableFuture<>();
    private final AtomicInteger failures = new AtomicInteger();
    private volatile int resumesSeen;
    private volatile @Nullable Duration waitingSince;

    InFlightAppend(Appender appender, long number, int incarnations, OutgoingAppend outgoing) {
        this.appender = appender;
        this.number = number;
        this.incarnations = incarnations;
        this.outgoing = outgoing;
        this.target = outgoing.target();
        this.input = outgoing.input();
    }

    CompletableFuture<AppendResult> result() {
        return result;
    }

    long number() {
        return number;
    }

    /** The incarnation counter at the time of the call. */
    int incarnations() {
        return incarnations;
    }

    /** A resume ends the pause that others wait for, so it does not queue. */
    boolean isResume() {
        return BuiltInType.RESUMED.matches(input.type());
    }

    StreamPath target() {
        return target;
    }

    /** The number of resumes of the own stream at the last send. */
    int resumesSeen() {
        return resumesSeen;
    }

    void startWaiting(Duration now) {
        waitingSince = now;
    }

    /** True if it must not be sent any more. */
    boolean isOver() {
        boolean again = waitingSince != null || failures.get() > 0;
        return appender.isClosed()
                || (again && !appender.isPatient())
                || incarnations != appender.incarnations()
                || outgoing.cancelled().getAsBoolean();
    }

    void sendOnce() {
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
        var unused = answer.whenComplete((appended, failure) -> {
            if (failure == null) {
                appender.options().failpoints().reach(Point.AFTER_APPEND);
                appender.stored(this, appended);
                answered(appended);
            } else {
                refused(Appender.unwrap(failure));
            }
        });
    }

    /** A failure event counts as recorded in any case, because a failure of its append would be another one. */
    private void answered(AppendResult appended) {
        Optional<StreamException> foreign = ForeignAnswer.to(outgoing, appended);
        if (foreign.isPresent() && !FailureEvents.isFailure(input.type())) {
            fail(foreign.get());
            return;
        }
        appender.settled(this);
        result.complete(appended);
    }

    void giveUp() {
        String why = outgoing.cancelled().getAsBoolean()
                ? "its background task was cancelled"
                : incarnations != appender.incarnations() ? "its stream was created again" : "the runner is stopping";
        fail(new CancellationException("append of " + input.type() + " to " + target + " was cancelled: " + why));
    }

    private void refused(Throwable failure) {
        if (failure instanceof StreamException refusal) {
            if (refusal.code() == StreamException.Code.PAUSED && startWaitingIfAllowed()) {
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

    /** An INTERNAL failure may be caused by this append itself, so even an insistent one is not repeated for ever. */
    private boolean maySendAgain(StreamException.Code code, int failed) {
        return failed < RunnerOptions.SENDS || (outgoing.insistent() && code != StreamException.Code.INTERNAL);
    }

    /**
     * False for a {@code paused} event, for a runaway chain (the pause has to stop it), and after the time limit on a
     * stream other than the own one.
     */
    private boolean startWaitingIfAllowed() {
        boolean runaway =
                input.metadata().map(Chain::of).filter(Chain::isBeyondLimit).isPresent();
        if (runaway || BuiltInType.PAUSED.matches(input.type())) {
            return false;
        }
        Duration now = appender.options().timers().elapsed();
        Duration since = waitingSince;
        if (since == null) {
            since = now;
            waitingSince = now;
        }
        return appender.isOwn(target) || now.minus(since).compareTo(RunnerOptions.PAUSED_WAIT_LIMIT) < 0;
    }

    private void fail(Throwable failure) {
        appender.settled(this);
        result.completeExceptionally(failure);
    }
}
