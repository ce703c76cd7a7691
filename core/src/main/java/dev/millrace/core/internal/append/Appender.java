package dev.millrace.core.internal.append;

import dev.millrace.core.AppendResult;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.effect.FailureEvents;
import dev.millrace.core.internal.run.RunnerOptions;
import dev.millrace.core.processor.Effects;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The sender of a runner's appends. If a stream is paused or cannot be reached, the append is kept back and sent again
 * later; later appends to that stream queue behind it. This is safe because each append has an idempotency key. Safe
 * for use by many threads.
 *
 * <p>Queued appends to one stream are sent in the order of the calls, each after the one before it has its result.
 * Results arrive on the thread that completes the service's answer.
 */
public final class Appender {
    private final EventStreams streams;
    private final StreamPath own;
    private final RunnerOptions options;
    private final CauseLookup causeLookup;
    private final Runnable onProgress;
    private final AtomicInteger inFlight = new AtomicInteger();

    // Guarded by this.
    private final Map<StreamPath, PausedAppendQueue> pausedQueues = new HashMap<>();
    private long sendings;
    private long newestOwn;
    private long newestAppendedOffset;
    private int resumes;

    private volatile int incarnations;
    private volatile boolean patient = true;
    private volatile boolean closed;
    private volatile boolean withoutProcess;

    public Appender(
            EventStreams streams, StreamPath own, RunnerOptions options, CauseLookup causeLookup, Runnable onProgress) {
        this.streams = streams;
        this.own = own;
        this.options = options;
        this.causeLookup = causeLookup;
        this.onProgress = onProgress;
    }

    /** Sends until stored, refused, cancelled or closed. */
    CompletableFuture<AppendResult> send(StreamPath target, EventInput input, BooleanSupplier cancelled) {
        return send(OutgoingAppend.of(target, input).unless(cancelled));
    }

    /** Sends until stored, refused, cancelled or closed. */
    CompletableFuture<AppendResult> send(OutgoingAppend outgoing) {
        StreamPath target = outgoing.target();
        InFlightAppend inFlightAppend;
        boolean behind;
        synchronized (this) {
            inFlightAppend = new InFlightAppend(this, sendings++, incarnations, outgoing);
            // A resume ends the pause, so it does not wait.
            PausedAppendQueue pausedAppendQueue = inFlightAppend.isResume() ? null : pausedQueues.get(target);
            behind = pausedAppendQueue != null;
            if (pausedAppendQueue != null) {
                inFlightAppend.startWaiting(options.timers().elapsed());
                pausedAppendQueue.add(inFlightAppend);
            }
        }
        inFlight.incrementAndGet();
        var unused = inFlightAppend.result().whenComplete((appended, failure) -> {
            inFlight.decrementAndGet();
            onProgress.run();
        });
        if (!behind) {
            inFlightAppend.sendOnce();
        } else if (!patient) {
            release(target);
        }
        return inFlightAppend.result();
    }

    /** Repeats a query like an append: as often, with the same delays. */
    <T> CompletableFuture<T> ask(Supplier<CompletableFuture<T>> question) {
        CompletableFuture<T> result = new CompletableFuture<>();
        ask(question, 1, result);
        return result;
    }

    /** Reads a page of the own stream. Fails if the caller was cancelled before the answer came. */
    public CompletableFuture<List<Event>> read(ReadRange range, BooleanSupplier cancelled) {
        int limit = Math.min(Effects.PAGE, range.limit().orElse(Effects.PAGE));
        ReadRange page = ReadRange.builder().from(range).limit(limit).build();
        return ask(() -> {
                    refuseIf(cancelled);
                    return streams.read(own, page);
                })
                .thenApply(events -> {
                    refuseIf(cancelled);
                    return events;
                });
    }

    private void refuseIf(BooleanSupplier cancelled) {
        if (cancelled.getAsBoolean()) {
            throw new CancellationException("read of " + own
                    + " was cancelled: its background task was cancelled, or the stream was created again");
        }
    }

    private <T> void ask(Supplier<CompletableFuture<T>> question, int times, CompletableFuture<T> result) {
        CompletableFuture<T> answer;
        try {
            answer = question.get();
        } catch (RuntimeException broken) {
            answer = CompletableFuture.failedFuture(broken);
        }
        var unused = answer.whenComplete((value, failure) -> {
            if (failure == null) {
                result.complete(value);
                return;
            }
            Throwable why = unwrap(failure);
            boolean again = why instanceof StreamException refusal
                    && refusal.isRetryable()
                    && patient
                    && times < RunnerOptions.SENDS;
            if (again) {
                options.later(delay(times, (StreamException) why), () -> ask(question, times + 1, result));
            } else {
                result.completeExceptionally(why);
            }
        });
    }

    /** The back-off, but at least the service's {@code Retry-After}. */
    private Duration delay(int failures, StreamException refusal) {
        Duration own = options.retry().delay(failures, options.random());
        return refusal.retryAfter().filter(asked -> asked.compareTo(own) > 0).orElse(own);
    }

    public boolean isIdle() {
        return inFlight.get() == 0;
    }

    /** The newest offset of the own stream that this appender knows to be stored. */
    public synchronized long newestOwnOffset() {
        return newestOwn;
    }

    /** Like {@link #newestOwnOffset}, without the processor's own failure events, which cause no effects. */
    public synchronized long newestAppendedOffset() {
        return newestAppendedOffset;
    }

    /** Another incarnation of the own stream: forgets its offsets and cancels queued appends. */
    public void forgetOffsets() {
        synchronized (this) {
            incarnations++;
            newestOwn = 0;
            newestAppendedOffset = 0;
            causeLookup.forget();
        }
        cancelObsolete();
    }

    public void resumed() {
        synchronized (this) {
            resumes++;
        }
        release(own);
    }

    /** From now on each append is sent only once; queued appends are cancelled. */
    public void stopWaiting() {
        synchronized (this) {
            patient = false;
        }
        cancelObsolete();
    }

    public void close() {
        closed = true;
        stopWaiting();
    }

    private void cancelObsolete() {
        List<StreamPath> targets;
        synchronized (this) {
            targets = List.copyOf(pausedQueues.keySet());
        }
        targets.forEach(this::release);
    }

    // ---- calls of an InFlightAppend

    EventStreams streams() {
        return streams;
    }

    RunnerOptions options() {
        return options;
    }

    boolean isOwn(StreamPath target) {
        return target.equals(own);
    }

    boolean isClosed() {
        return closed;
    }

    boolean isPatient() {
        return patient;
    }

    int incarnations() {
        return incarnations;
    }

    synchronized int resumes() {
        return resumes;
    }

    /** Whether the service stored an append without its provenance, because the token does not allow it. */
    public boolean isWithoutProcess() {
        return withoutProcess;
    }

    synchronized void stored(InFlightAppend inFlightAppend, AppendResult appended) {
        withoutProcess = ForeignAnswer.isClaimed(appended.event());
        if (isOwn(inFlightAppend.target()) && inFlightAppend.incarnations() == incarnations) {
            causeLookup.remember(appended.event());
            newestOwn = Math.max(newestOwn, appended.offset());
            if (!FailureEvents.isFailure(appended.event())) {
                newestAppendedOffset = Math.max(newestAppendedOffset, appended.offset());
            }
        }
    }

    /** The append has its result: the next one in the queue is sent. */
    void settled(InFlightAppend inFlightAppend) {
        boolean wasNext;
        synchronized (this) {
            PausedAppendQueue pausedAppendQueue = pausedQueues.get(inFlightAppend.target());
            wasNext = pausedAppendQueue != null && pausedAppendQueue.isUnderWay(inFlightAppend);
            if (pausedAppendQueue != null && wasNext) {
                pausedAppendQueue.clearUnderWay();
            }
        }
        if (wasNext) {
            options.executor().execute(() -> sendNext(inFlightAppend.target()));
        }
    }

    void backOff(InFlightAppend inFlightAppend, int failures, StreamException refusal) {
        park(inFlightAppend, delay(failures, refusal), false);
    }

    /** The append was refused because its stream is paused. */
    void park(InFlightAppend inFlightAppend) {
        park(inFlightAppend, RunnerOptions.PARKING_INTERVAL, isOwn(inFlightAppend.target()));
    }

    private void park(InFlightAppend inFlightAppend, Duration delay, boolean untilResumed) {
        boolean atOnce;
        synchronized (this) {
            PausedAppendQueue pausedAppendQueue =
                    pausedQueues.computeIfAbsent(inFlightAppend.target(), target -> new PausedAppendQueue());
            if (pausedAppendQueue.isUnderWay(inFlightAppend)) {
                pausedAppendQueue.clearUnderWay();
            }
            pausedAppendQueue.add(inFlightAppend);
            boolean resumedMeanwhile = untilResumed && inFlightAppend.resumesSeen() != resumes;
            atOnce = resumedMeanwhile || inFlightAppend.isOver();
            if (!atOnce) {
                pausedAppendQueue.armTimer(options.timers(), delay, () -> release(inFlightAppend.target()));
            }
        }
        if (atOnce) {
            release(inFlightAppend.target());
        }
    }

    /** Cancels queued appends that must not be sent any more, and sends the first of the others. */
    private void release(StreamPath target) {
        options.executor().execute(() -> {
            List<InFlightAppend> over = List.of();
            synchronized (this) {
                PausedAppendQueue pausedAppendQueue = pausedQueues.get(target);
                if (pausedAppendQueue != null) {
                    over = pausedAppendQueue.removeObsolete();
                }
            }
            over.forEach(InFlightAppend::giveUp);
            sendNext(target);
        });
    }

    private void sendNext(StreamPath target) {
        InFlightAppend next;
        synchronized (this) {
            PausedAppendQueue pausedAppendQueue = pausedQueues.get(target);
            if (pausedAppendQueue == null || pausedAppendQueue.isUnderWay()) {
                return;
            }
            next = pausedAppendQueue.takeNext();
            if (next == null) {
                pausedQueues.remove(target);
            }
        }
        if (next != null) {
            next.sendOnce();
        }
    }

    public static Throwable unwrap(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
