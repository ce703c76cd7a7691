package dev.millrace.cli.internal.terminal;

import dev.millrace.core.Event;

/** A printer of events. Not thread-safe. */
public interface EventWriter {
    void write(Event event);

    /** Called after the last event. */
    default void end() {}
}
