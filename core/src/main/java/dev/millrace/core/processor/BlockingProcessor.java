package dev.millrace.core.processor;

import dev.millrace.core.Event;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * A processor with blocking code: {@link #act} may call a database, a blocking HTTP client or {@code sleep}, and may
 * throw. It runs on {@link #threads()}, not on the runner's threads, so it delays only the effects of its own stream.
 *
 * <p>The other rules are those of {@link Processor}: in order, one event at a time. An event is done when {@code act}
 * returns. If {@code act} throws, the effect has failed and is tried again. For work that takes longer than a few
 * seconds use {@link BlockingEffects#launch}. If {@code act} is still running at the deadline of {@code stop}, the
 * runner stops waiting for it. The call continues in its thread, but its appends are refused.
 *
 * @param <S> the state
 * @since 0.1
 */
public interface BlockingProcessor<S> extends Processor<S> {
    /**
     * Acts on one event, as {@link Processor#afterAppend}.
     *
     * @throws Exception any failure; the effect has failed
     */
    default void act(S state, Event event, BlockingEffects<S> effects) throws Exception {}

    /**
     * Starts the work that the state shows as unfinished, as {@link Processor#onCaughtUp}.
     *
     * @throws Exception any failure; the effect has failed
     */
    default void actCaughtUp(S state, BlockingEffects<S> effects) throws Exception {}

    /**
     * The threads on which {@link #act} and {@link #actCaughtUp} run: by default daemon threads, virtual ones if the
     * JVM has them, one for each stream with work. If you use an executor with a limit, streams wait for each other; if
     * it rejects a call, the effect fails.
     */
    default Executor threads() {
        return BlockingExecutor.shared();
    }

    /**
     * True if the calling thread is inside {@link #act} or {@link #actCaughtUp} of any processor. There, do not call
     * runner methods that wait: they would wait for this call to end, and this call waits for them.
     */
    static boolean isActing() {
        return BlockingCall.isInside();
    }

    /** Calls {@link #act}; do not override it. */
    @Override
    default CompletionStage<Void> afterAppend(S state, Event event, Effects<S> effects) {
        return BlockingCall.inside(threads(), () -> act(state, event, new BlockingEffects<>(effects, threads())));
    }

    /** Calls {@link #actCaughtUp}; do not override it. */
    @Override
    default CompletionStage<Void> onCaughtUp(S state, Effects<S> effects) {
        return BlockingCall.inside(threads(), () -> actCaughtUp(state, new BlockingEffects<>(effects, threads())));
    }
}
