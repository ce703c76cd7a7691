package dev.millrace.core.processor;

import dev.millrace.core.Appended;
import dev.millrace.core.StreamPath;
import java.util.concurrent.Executor;

/**
 * {@link Effects} for code that waits: what gives a future there returns, or throws, here. Safe for use by many threads.
 */
public final class BlockingEffects {
    private final Effects effects;
    private final Executor threads;

    BlockingEffects(Effects effects, Executor threads) {
        this.effects = effects;
        this.threads = threads;
    }

    /**
     * As {@link Effects#append(Draft)}: waits until the event is durable, for as long as the stream is paused.
     *
     * @throws dev.millrace.core.StreamException when the append was refused
     * @throws InterruptedException when the thread is interrupted; whether the event is stored is then not known
     */
    public Appended append(Draft draft) throws InterruptedException {
        return BlockingCall.await(effects.append(draft));
    }

    /**
     * As {@link #append(Draft)}, of {@code Draft.of(payload)}.
     *
     * @throws InterruptedException as there
     */
    public Appended append(Object payload) throws InterruptedException {
        return append(Draft.of(payload));
    }

    /**
     * As {@link Effects#launch}, for work that waits; it runs on the processor's threads, and its thread is interrupted when
     * the attempt is cancelled.
     */
    public Attempt launch(String name, Because because, Work work) {
        return effects.launch(name, because, attempt -> {
            BlockingCall call = BlockingCall.begin(threads, () -> work.run(attempt));
            attempt.onCancel(() -> call.cancel(true));
            return call.result();
        });
    }

    /** Work that may take long. */
    @FunctionalInterface
    public interface Work {
        /**
         * Does it.
         *
         * @throws Exception whatever goes wrong; the attempt has failed
         */
        void run(Attempt attempt) throws Exception;
    }

    /**
     * Appends on behalf of an attempt, and waits until the event is durable.
     *
     * @throws java.util.concurrent.CancellationException when the attempt was cancelled
     * @throws InterruptedException when the thread is interrupted
     */
    public Appended append(Attempt attempt, Object payload) throws InterruptedException {
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
    public <S> S current(Processor<S> processor) {
        return effects.current(processor);
    }

    /** The effects themselves, for what need not be waited for. */
    public Effects async() {
        return effects;
    }
}
