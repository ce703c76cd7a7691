package dev.millrace.core.processor;

import dev.millrace.core.AppendResult;
import dev.millrace.core.Event;
import dev.millrace.core.Fence;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * The blocking form of {@link Effects}: each method waits for the result and returns it. Safe for use by many threads.
 *
 * @param <S> the processor's state
 * @since 0.1
 */
public final class BlockingEffects<S> {
    private final Effects<S> effects;
    private final Executor threads;

    BlockingEffects(Effects<S> effects, Executor threads) {
        this.effects = effects;
        this.threads = threads;
    }

    /**
     * As {@link Effects#append(EventDraft)}: waits until the event is durable; while the stream is paused, without a
     * time limit.
     *
     * @throws dev.millrace.core.StreamException if the append was refused
     * @throws InterruptedException if the thread is interrupted; the event may or may not be stored then
     */
    public AppendResult append(EventDraft draft) throws InterruptedException {
        return BlockingCall.await(effects.append(draft));
    }

    /** @throws InterruptedException as {@link #append(EventDraft)} */
    public AppendResult append(Object payload) throws InterruptedException {
        return append(EventDraft.of(payload));
    }

    /**
     * As {@link Effects#launch}, for blocking work. It runs on the processor's threads; if the task is cancelled,
     * its thread is interrupted.
     */
    public BackgroundTask<S> launch(String name, CausingOffset causingOffset, Work<S> work) {
        return effects.launch(name, causingOffset, attempt -> {
            BlockingCall call = BlockingCall.begin(threads, () -> work.run(attempt));
            attempt.onCancel(() -> call.cancel(true));
            return call.result();
        });
    }

    /**
     * Blocking work that can take long.
     *
     * @param <S> the processor's state
     */
    @FunctionalInterface
    public interface Work<S> {
        /** @throws Exception any failure; the background task has failed */
        void run(BackgroundTask<S> attempt) throws Exception;
    }

    /**
     * Appends an event as part of a background task, and waits until the event is durable.
     *
     * @throws java.util.concurrent.CancellationException if the task was cancelled
     * @throws InterruptedException if the thread is interrupted
     */
    public AppendResult append(BackgroundTask<S> attempt, Object payload) throws InterruptedException {
        return BlockingCall.await(attempt.append(payload));
    }

    /** The processor's own stream. */
    public StreamPath path() {
        return effects.path();
    }

    public Delivery delivery() {
        return effects.delivery();
    }

    /** As {@link Effects#lease}. */
    public Optional<Fence> lease() {
        return effects.lease();
    }

    /** The newest state. */
    public S current() {
        return effects.current();
    }

    /**
     * As {@link Effects#read}.
     *
     * @throws dev.millrace.core.StreamException if the service cannot be reached, or refuses
     * @throws InterruptedException if the thread is interrupted
     */
    public List<Event> read(ReadRange range) throws InterruptedException {
        return BlockingCall.await(effects.read(range));
    }

    /** The effects without waiting. */
    public Effects<S> async() {
        return effects;
    }
}
