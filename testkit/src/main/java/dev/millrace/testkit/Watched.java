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
    public CompletionStage<Void> afterAppend(S state, Event event, Effects<S> effects) {
        return delegate.afterAppend(state, event, new WatchedEffects<>(effects, launches));
    }

    @Override
    public CompletionStage<Void> onCaughtUp(S state, Effects<S> effects) {
        return delegate.onCaughtUp(state, new WatchedEffects<>(effects, launches));
    }
}
