package dev.millrace.core.processor;

import dev.millrace.core.AppendResult;
import dev.millrace.core.Event;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * What a processor may do after an event is durable. An instance belongs to one call of {@link Processor#afterAppend} or
 * {@link Processor#onCaughtUp}; it is safe for use by many threads.
 *
 * <p>Every append carries provenance metadata and an idempotency key derived from its cause, so a replay, a crash
 * between effect and acknowledgement, or a second runner appends once; whoever comes second gets the stored event.
 *
 * @param <S> the processor's state
 */
public interface Effects<S> {
    /** The most events that one {@link #read} gives. */
    int PAGE = 1000;

    /**
     * Appends an event caused by the event being handled, or by {@link EventDraft#because(long)}.
     *
     * <p>A paused stream parks the append until it is resumed; an unreachable service is tried again.
     *
     * @throws IllegalStateException when nothing says why: {@code onCaughtUp} has no event being handled
     * @throws IllegalArgumentException when the target path is not one
     */
    CompletableFuture<AppendResult> append(EventDraft draft);

    /** As {@link #append(EventDraft)}, of {@code EventDraft.of(payload)}. */
    default CompletableFuture<AppendResult> append(Object payload) {
        return append(EventDraft.of(payload));
    }

    /**
     * Starts work that may take long. One attempt of a name runs at a time: launching the name again for a newer reason
     * cancels the old attempt and starts a new one, which is how an interrupt works; for the same or an older reason the
     * running attempt is returned and nothing happens, so level-triggered code may ask as often as it likes.
     *
     * <p>Work that fails is recorded as a {@code millrace/effect-failed} event and is not tried again.
     *
     * @param name scoped to this processor on this stream
     * @param because the event that gave the reason
     * @param work runs on the runner's executor; the attempt ends when the returned stage does
     */
    BackgroundTask<S> launch(
            String name, CausingOffset because, Function<BackgroundTask<S>, ? extends CompletionStage<?>> work);

    /**
     * As {@link #launch}, with a limit. An attempt whose time is over is cancelled, so that its {@link BackgroundTask#onCancel}
     * actions close what it has open and nothing it still appends is stored; one that has expired is not begun at all.
     * Either is recorded as a {@code millrace/effect-failed} event with the attempt's name. The state should settle it
     * from there: level-triggered code that asks again gets another attempt.
     */
    BackgroundTask<S> launch(
            String name,
            CausingOffset because,
            TimeLimit term,
            Function<BackgroundTask<S>, ? extends CompletionStage<?>> work);

    /**
     * As {@link #launch}, but the work begins only when {@code delay} has passed. Until then the attempt counts as running
     * for {@link #running} and for superseding, and a runner that waits for nothing else is idle.
     *
     * <p>It is as volatile as any attempt: arm it again from {@code onCaughtUp}, and keep what must survive in events.
     *
     * @param delay zero or negative means at once
     */
    BackgroundTask<S> after(
            Duration delay,
            String name,
            CausingOffset because,
            Function<BackgroundTask<S>, ? extends CompletionStage<?>> work);

    /**
     * As {@link #after}, but the work begins when the clock of the runner shows {@code due}. Prefer it for everything
     * that is due at a moment: a delay that was computed from {@link #now} is late by what the clock moved since.
     *
     * @param due a moment that has passed means at once
     */
    BackgroundTask<S> at(
            Instant due,
            String name,
            CausingOffset because,
            Function<BackgroundTask<S>, ? extends CompletionStage<?>> work);

    /** The attempt of this name that runs, or waits to begin, in this process. */
    Optional<BackgroundTask<S>> running(String name);

    /** The processor's own stream. */
    StreamPath path();

    /** The time, as the runner has it: for limits and delays of effects. What goes into the state comes from events. */
    Instant now();

    /** Where the runner stood when it called. */
    Delivery delivery();

    /** The newest reduced state, which may be newer than the one passed beside the event. */
    S current();

    /**
     * Reads a page of the processor's own stream, so that a state can hold offsets instead of copies of events.
     *
     * @param range what to read; without a limit, or with a greater one, it is {@value #PAGE} events
     * @return the first events of the range, decoded as {@link Processor#reduce} gets them; empty at the end. A service that
     *     cannot be reached is asked again, as an append is sent again; the future fails with a {@link
     *     dev.millrace.core.StreamException} when that does not help, and with {@link
     *     java.util.concurrent.CancellationException} when the stream has begun a new life
     */
    CompletableFuture<List<Event>> read(ReadRange range);

    /** A stage that is done: nothing to wait for. */
    static CompletionStage<Void> none() {
        return CompletableFuture.completedFuture(null);
    }

    /** The stage of some effect, without its value. */
    static CompletionStage<Void> done(CompletionStage<?> stage) {
        return Objects.requireNonNull(stage, "an effect returned null instead of a stage; return Effects.none()")
                .thenApply(value -> (Void) null);
    }

    /** The event of the processor's own stream that gave the reason for an effect. */
    static CausingOffset because(long offset) {
        return new CausingOffset(offset);
    }
}
