package dev.millrace.testkit;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import java.util.concurrent.CompletionStage;

/**
 * A processor that begins with another state than its own initial one.
 *
 * @param processor does everything else
 * @param initialState the state it begins with
 * @param <S> the state
 */
record Seeded<S>(Processor<S> processor, S initialState) implements Processor<S> {
    @Override
    public String slug() {
        return processor.slug();
    }

    @Override
    public int version() {
        return processor.version();
    }

    @Override
    public EventCatalog events() {
        return processor.events();
    }

    @Override
    public S reduce(S state, Event event) {
        return processor.reduce(state, event);
    }

    @Override
    public CompletionStage<Void> afterAppend(S state, Event event, Effects effects) {
        return processor.afterAppend(state, event, effects);
    }

    @Override
    public CompletionStage<Void> onCaughtUp(S state, Effects effects) {
        return processor.onCaughtUp(state, effects);
    }
}
