package dev.millrace.engine.spi;

/**
 * An entry of the log of a store: what was committed at a position. Example: a stream with two events that was removed
 * then leaves one entry, its removal.
 *
 * @since 0.1
 */
public sealed interface LogEntry {
    /** The place in the order of commits, over all projects: see {@link EventRecord}. */
    long position();

    /** The stream that was changed. */
    StreamKey stream();

    /**
     * A record that the store holds.
     *
     * @param position its position
     * @param stream its stream
     * @param offset its offset
     */
    record Appended(long position, StreamKey stream, long offset) implements LogEntry {}

    /**
     * The removal of a stream.
     *
     * @param position the position that the removal took
     * @param stream the stream, which may exist again
     */
    record Removed(long position, StreamKey stream) implements LogEntry {}
}
