package dev.millrace.core.internal.run;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.processor.Processor;

/** The state of one (processor, stream). Written by the intake alone, read by anyone. */
public final class StateHolder<S> {
    /** A state and the offset of the last event in it. */
    public record Snapshot<S>(S state, long through) {}

    private final Processor<S> processor;
    private final EventCatalog catalog;
    private volatile Snapshot<S> snapshot;

    StateHolder(Processor<S> processor) {
        this.processor = processor;
        this.catalog = processor.events();
        this.snapshot = initial();
    }

    public S state() {
        return snapshot.state;
    }

    public Snapshot<S> now() {
        return snapshot;
    }

    public long through() {
        return snapshot.through;
    }

    /** Begins with the state of another run, folded through this offset. */
    public void restore(S state, long through) {
        snapshot = new Snapshot<>(state, through);
    }

    void reset() {
        snapshot = initial();
    }

    public Event decode(Event event) {
        return event.decodedBy(catalog);
    }

    /** Folds one decoded event; throws what the reducer throws, and then nothing has changed. */
    void apply(Event event) {
        S next = processor.reduce(snapshot.state, event);
        if (next == null) {
            throw new NullPointerException("reduce of '" + processor.slug() + "' returned null for " + event.type()
                    + "; return the state it was given when an event changes nothing");
        }
        snapshot = new Snapshot<>(next, event.offset());
    }

    private Snapshot<S> initial() {
        return new Snapshot<>(processor.initialState(), 0);
    }
}
