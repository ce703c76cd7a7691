package dev.millrace.testkit;

import dev.millrace.core.Event;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.ForwardingProcessor;
import dev.millrace.core.processor.Processor;
import java.util.concurrent.CompletionStage;

/**
 * A processor whose launches are noted.
 *
 * @param delegate does everything
 * @param launches where launches are noted
 * @param <S> the state
 */
record Watched<S>(Processor<S> delegate, Launches launches) implements ForwardingProcessor<S> {
    @Override
    public CompletionStage<Void> afterAppend(S state, Event event, Effects effects) {
        return delegate.afterAppend(state, event, new WatchedEffects(effects, this));
    }

    @Override
    public CompletionStage<Void> onCaughtUp(S state, Effects effects) {
        return delegate.onCaughtUp(state, new WatchedEffects(effects, this));
    }

    /** What the runner knows under the name of this processor: the runner runs this one, not the one it stands for. */
    @SuppressWarnings("unchecked") // it has the state of the processor it stands for
    <T> Processor<T> inPlaceOf(Processor<T> asked) {
        boolean isSubject = asked == delegate || (delegate instanceof Seeded<S> seeded && asked == seeded.delegate());
        return isSubject ? (Processor<T>) this : asked;
    }
}
