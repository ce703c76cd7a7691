package dev.millrace.core.internal.run;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.processor.Processor;

/** The state of one (processor, stream). Written by the intake only; safe to read from any thread. */
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

    /** Starts from the state of another run. */
    public void restore(S state, long through) {
        snapshot = new Snapshot<>(state, through);
    }

    void reset() {
        snapshot = initial();
    }

    public Event decode(Event event) {
        return event.decodedBy(catalog);
    }

    /** Reduces one decoded event. If the reducer throws, the state does not change. */
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
