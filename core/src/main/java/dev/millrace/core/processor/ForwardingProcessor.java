package dev.millrace.core.processor;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A processor that forwards every call to another processor. Override the methods to change: another first state,
 * observed effects, no effects.
 *
 * @param <S> the state
 * @since 0.1
 */
public interface ForwardingProcessor<S> extends Processor<S> {
    /** The processor that does the work; always the same. */
    Processor<S> delegate();

    @Override
    default String slug() {
        return delegate().slug();
    }

    @Override
    default int version() {
        return delegate().version();
    }

    @Override
    default Optional<Duration> lease() {
        return delegate().lease();
    }

    @Override
    default EventCatalog events() {
        return delegate().events();
    }

    @Override
    default S initialState() {
        return delegate().initialState();
    }

    @Override
    default S reduce(S state, Event event) {
        return delegate().reduce(state, event);
    }

    @Override
    default CompletionStage<Void> afterAppend(S state, Event event, Effects<S> effects) {
        return delegate().afterAppend(state, event, effects);
    }

    @Override
    default CompletionStage<Void> onCaughtUp(S state, Effects<S> effects) {
        return delegate().onCaughtUp(state, effects);
    }
}
