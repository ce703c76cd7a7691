package dev.millrace.cli;

import dev.millrace.core.Event;

/** Writes events one after the other. For one thread. */
interface EventWriter {
    void write(Event event);

    /** Nothing more comes. */
    default void end() {}
}
