package dev.millrace.core.processor;

import dev.millrace.core.Event;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * A processor for those who write code that waits: {@link #act} may call a database, a blocking HTTP client or {@code
 * sleep}, and throws what goes wrong. It runs on {@link #threads()}, never on the runner's, so that it holds up nothing but
 * the effects of its own stream.
 *
 * <p>All else is as in {@link Processor}: in order, one event at a time, an event is done when {@code act} returns, and
 * what it throws is a failed effect, which is tried again. Work that takes longer than a few seconds belongs into {@link
 * BlockingEffects#launch}. A runner that stops leaves a call that does not end within the deadline to its thread; what it
 * appends from then on is refused.
 *
 * @param <S> the state
 */
public interface BlockingProcessor<S> extends Processor<S> {
    /**
     * Acts on one event, as {@link Processor#afterAppend}.
     *
     * @throws Exception whatever goes wrong; the effect has failed
     */
    default void act(S state, Event event, BlockingEffects<S> effects) throws Exception {}

    /**
     * Looks at what is owed, as {@link Processor#onCaughtUp}.
     *
     * @throws Exception whatever goes wrong; the effect has failed
     */
    default void actCaughtUp(S state, BlockingEffects<S> effects) throws Exception {}

    /**
     * Where that runs: by default on daemon threads of its own, virtual ones where the JVM has them, one for each stream
     * that has something to do. An executor with a bound makes streams wait for one another; one that rejects a call makes
     * the effect fail.
     */
    default Executor threads() {
        return BlockingExecutor.shared();
    }

    /**
     * Whether the calling thread is inside {@link #act} or {@link #actCaughtUp} of some processor. There a runner must not be
     * waited for: what it would be waited for is the end of this very call.
     */
    static boolean isActing() {
        return BlockingCall.isInside();
    }

    /** Hands over to {@link #act}; not to be overridden. */
    @Override
    default CompletionStage<Void> afterAppend(S state, Event event, Effects<S> effects) {
        return BlockingCall.inside(threads(), () -> act(state, event, new BlockingEffects<>(effects, threads())));
    }

    /** Hands over to {@link #actCaughtUp}; not to be overridden. */
    @Override
    default CompletionStage<Void> onCaughtUp(S state, Effects<S> effects) {
        return BlockingCall.inside(threads(), () -> actCaughtUp(state, new BlockingEffects<>(effects, threads())));
    }
}
