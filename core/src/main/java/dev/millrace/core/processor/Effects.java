package dev.millrace.core.processor;

import dev.millrace.core.AppendResult;
import dev.millrace.core.Event;
import dev.millrace.core.Fence;
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
 * The actions that a processor may take after an event is durable. An instance belongs to one call of {@link
 * Processor#afterAppend} or {@link Processor#onCaughtUp}; it is safe for use by many threads.
 *
 * <p>Every append carries provenance metadata and an idempotency key that the runner computes from its cause. So if an
 * append is repeated, after a crash or by a second runner, the event is stored once, and the later append returns the
 * stored event.
 *
 * @param <S> the processor's state
 * @since 0.1
 */
public interface Effects<S> {
    /** The highest number of events in the result of one {@link #read}. */
    int PAGE = 1000;

    /**
     * Appends an event caused by the event that the processor was called for, or by {@link EventDraft#because(long)}.
     *
     * <p>If the stream is paused, the append waits until it is resumed. If the service is unreachable, the append is
     * repeated.
     *
     * @throws IllegalStateException if there is no cause: in {@code onCaughtUp} the draft must name one
     * @throws IllegalArgumentException if the target path is not valid
     */
    CompletableFuture<AppendResult> append(EventDraft draft);

    default CompletableFuture<AppendResult> append(Object payload) {
        return append(EventDraft.of(payload));
    }

    /**
     * Starts work that can take long: a background task. One task of a name runs at a time. If the name is launched
     * again for a newer event, the old task is cancelled and a new one starts; use this to interrupt work. For the same
     * or an older event, the running task is returned and nothing happens; so code that decides from the state may
     * launch as often as it likes. A task that ends during a call still counts as running for a launch in that call,
     * until the call asks for {@link #current()}: the state that it was given does not show what the task did.
     *
     * <p>If the work fails, a {@code millrace/effect-failed} event is appended, and the work is not tried again.
     *
     * @param name unique in this processor on this stream
     * @param causingOffset the event that is the reason
     * @param work runs on the runner's executor; the task ends when the returned stage ends
     */
    BackgroundTask<S> launch(
            String name, CausingOffset causingOffset, Function<BackgroundTask<S>, ? extends CompletionStage<?>> work);

    /**
     * As {@link #launch}, with a time limit. When the limit is reached, the task is cancelled: its {@link
     * BackgroundTask#onCancel} actions run, and its later appends are refused. If {@code expiresAt} has passed already,
     * the work is not started. In both cases a {@code millrace/effect-failed} event with the task's name is appended.
     * Handle that event in {@code reduce}; otherwise the next decision launches the work again.
     */
    BackgroundTask<S> launch(
            String name,
            CausingOffset causingOffset,
            TimeLimit term,
            Function<BackgroundTask<S>, ? extends CompletionStage<?>> work);

    /**
     * As {@link #launch}, but the work starts after {@code delay}. Until then the task counts as running for {@link
     * #running} and for a second launch; a runner that waits only for its start is idle.
     *
     * <p>As any background task, it is lost when the process ends: start it again from {@code onCaughtUp}.
     *
     * @param delay if zero or negative, the work starts immediately
     */
    BackgroundTask<S> after(
            Duration delay,
            String name,
            CausingOffset causingOffset,
            Function<BackgroundTask<S>, ? extends CompletionStage<?>> work);

    /**
     * As {@link #after}, but the work starts when the runner's clock shows {@code due}. Prefer it if the time of the
     * start is known: a delay that was computed from {@link #now} makes the start late, because the clock has moved
     * since. If the clock is set backwards meanwhile, the work starts when the time has passed that was left, as
     * {@code Timers.at} says.
     *
     * @param due if it has passed, the work starts immediately
     */
    BackgroundTask<S> at(
            Instant due,
            String name,
            CausingOffset causingOffset,
            Function<BackgroundTask<S>, ? extends CompletionStage<?>> work);

    /** The background task with this name that is running, or waiting to start, in this process. */
    Optional<BackgroundTask<S>> running(String name);

    /** The processor's own stream. */
    StreamPath path();

    /** The time of the runner's clock, for limits and delays of effects. A state takes its times from events. */
    Instant now();

    Delivery delivery();

    /**
     * The lease under which this run acts; empty without one. With a lease no other run of this processor acts on the
     * stream: what the state shows as running and does not run in this process has ended. The runner adds the fence to
     * every append. The lease may have been lost since; then appends are refused. The default is for implementations
     * that know no leases.
     */
    default Optional<Fence> lease() {
        return Optional.empty();
    }

    /** The newest state; it may be newer than the state that was passed with the event. */
    S current();

    /**
     * Reads a page of the processor's own stream. With it a state can hold offsets instead of copies of events.
     *
     * @param range what to read; the limit is at most, and by default, {@value #PAGE} events
     * @return the first events of the range, decoded as for {@link Processor#reduce}; empty at the end. If the service
     *     is unreachable, the read is repeated. The future fails with a {@link dev.millrace.core.StreamException} if
     *     that does not help, and with {@link java.util.concurrent.CancellationException} if the stream has a new
     *     incarnation
     */
    CompletableFuture<List<Event>> read(ReadRange range);

    /** A completed stage: there is nothing to wait for. */
    static CompletionStage<Void> none() {
        return CompletableFuture.completedFuture(null);
    }

    /** A stage without its value. */
    static CompletionStage<Void> done(CompletionStage<?> stage) {
        return Objects.requireNonNull(stage, "an effect returned null instead of a stage; return Effects.none()")
                .thenApply(value -> (Void) null);
    }

    /** An event of the processor's own stream as the reason for an effect. */
    static CausingOffset because(long offset) {
        return new CausingOffset(offset);
    }
}
