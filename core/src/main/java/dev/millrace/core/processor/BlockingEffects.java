package dev.millrace.core.processor;

import dev.millrace.core.AppendResult;
import dev.millrace.core.Event;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * {@link Effects} for code that waits: what gives a future there returns, or throws, here. Safe for use by many threads.
 *
 * @param <S> the processor's state
 */
public final class BlockingEffects<S> {
    private final Effects<S> effects;
    private final Executor threads;

    BlockingEffects(Effects<S> effects, Executor threads) {
        this.effects = effects;
        this.threads = threads;
    }

    /**
     * As {@link Effects#append(EventDraft)}: waits until the event is durable, for as long as the stream is paused.
     *
     * @throws dev.millrace.core.StreamException when the append was refused
     * @throws InterruptedException when the thread is interrupted; whether the event is stored is then not known
     */
    public AppendResult append(EventDraft draft) throws InterruptedException {
        return BlockingCall.await(effects.append(draft));
    }

    /**
     * As {@link #append(EventDraft)}, of {@code EventDraft.of(payload)}.
     *
     * @throws InterruptedException as there
     */
    public AppendResult append(Object payload) throws InterruptedException {
        return append(EventDraft.of(payload));
    }

    /**
     * As {@link Effects#launch}, for work that waits; it runs on the processor's threads, and its thread is interrupted when
     * the attempt is cancelled.
     */
    public BackgroundTask<S> launch(String name, CausingOffset because, Work<S> work) {
        return effects.launch(name, because, attempt -> {
            BlockingCall call = BlockingCall.begin(threads, () -> work.run(attempt));
            attempt.onCancel(() -> call.cancel(true));
            return call.result();
        });
    }

    /**
     * Work that may take long.
     *
     * @param <S> the processor's state
     */
    @FunctionalInterface
    public interface Work<S> {
        /**
         * Does it.
         *
         * @throws Exception whatever goes wrong; the attempt has failed
         */
        void run(BackgroundTask<S> attempt) throws Exception;
    }

    /**
     * Appends on behalf of an attempt, and waits until the event is durable.
     *
     * @throws java.util.concurrent.CancellationException when the attempt was cancelled
     * @throws InterruptedException when the thread is interrupted
     */
    public AppendResult append(BackgroundTask<S> attempt, Object payload) throws InterruptedException {
        return BlockingCall.await(attempt.append(payload));
    }

    /** The processor's own stream. */
    public StreamPath path() {
        return effects.path();
    }

    /** Where the runner stood when it called. */
    public Delivery delivery() {
        return effects.delivery();
    }

    /** The newest reduced state. */
    public S current() {
        return effects.current();
    }

    /**
     * As {@link Effects#read}.
     *
     * @throws dev.millrace.core.StreamException when the service cannot be reached, or refuses
     * @throws InterruptedException when the thread is interrupted
     */
    public List<Event> read(ReadRange range) throws InterruptedException {
        return BlockingCall.await(effects.read(range));
    }

    /** The effects themselves, for what need not be waited for. */
    public Effects<S> async() {
        return effects;
    }
}
