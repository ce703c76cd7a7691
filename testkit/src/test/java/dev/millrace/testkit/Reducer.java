package dev.millrace.testkit;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.processor.Processor;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * A processor of notes without effects.
 *
 * @param <S> the state
 */
record Reducer<S>(Supplier<S> initial, BiFunction<S, Event, S> reducing) implements Processor<S> {
    @Override
    public String slug() {
        return "lab";
    }

    @Override
    public EventCatalog events() {
        return EventCatalog.of(Note.class);
    }

    @Override
    public S initialState() {
        return initial.get();
    }

    @Override
    public S reduce(S state, Event event) {
        return reducing.apply(state, event);
    }
}
