package dev.millrace.engine.spi;

/**
 * A condition of a proposal: the store commits only if all beliefs are true at that moment.
 *
 * @since 0.1
 */
public sealed interface Belief {
    /** The stream that it is about. */
    StreamKey stream();

    /** The stream does not exist. */
    record Absent(StreamKey stream) implements Belief {}

    /**
     * The stream exists.
     *
     * @param stream the stream
     * @param incarnation in this incarnation
     * @param paused whether it is paused
     */
    record Present(StreamKey stream, String incarnation, boolean paused) implements Belief {}

    /**
     * The stream has this last offset.
     *
     * @param stream the stream
     * @param lastOffset the offset of its newest event
     */
    record EndsAt(StreamKey stream, long lastOffset) implements Belief {}

    /**
     * A record is stored under an idempotency key of the stream, or none is.
     *
     * @param stream the stream
     * @param idempotencyKey the key
     * @param taken whether it has a record
     */
    record Key(StreamKey stream, String idempotencyKey, boolean taken) implements Belief {}
}
