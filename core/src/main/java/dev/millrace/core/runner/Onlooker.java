package dev.millrace.core.runner;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.processor.Processor;

/** A processor without its effects: what stands by folds and does nothing. */
record Onlooker<S>(Processor<S> processor) implements Processor<S> {
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
    public S initialState() {
        return processor.initialState();
    }

    @Override
    public S reduce(S state, Event event) {
        return processor.reduce(state, event);
    }
}
