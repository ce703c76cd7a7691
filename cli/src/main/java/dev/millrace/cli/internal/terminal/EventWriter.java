package dev.millrace.cli.internal.terminal;

import dev.millrace.core.Event;

/** Writes events one after the other. For one thread. */
public interface EventWriter {
    void write(Event event);

    /** Nothing more comes. */
    default void end() {}
}
