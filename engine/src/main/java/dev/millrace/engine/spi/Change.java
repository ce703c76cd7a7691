package dev.millrace.engine.spi;

import java.time.Instant;
import java.util.Optional;

/**
 * A change of a proposal.
 *
 * @since 0.1
 */
public sealed interface Change {
    /** The stream that it changes. */
    StreamKey stream();

    /**
     * A new event at the end of a stream. The store gives it its position and its offset, which is the next one of the
     * stream. The first event of a stream creates it.
     *
     * @param stream the stream
     * @param incarnation of the stream; it has no other one
     * @param paused whether the stream is paused afterwards
     * @param createdAt the time of the event, to the millisecond; the store takes that of the newest event of the stream
     *     if it is later
     * @param type see {@link EventRecord}
     * @param idempotencyKey see {@link EventRecord}; the stream has no record with it
     * @param body see {@link EventRecord}
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Append(
            StreamKey stream,
            String incarnation,
            boolean paused,
            Instant createdAt,
            String type,
            Optional<String> idempotencyKey,
            byte[] body)
            implements Change {
        /** The record that is stored at the placement which a store gave to this event. */
        public EventRecord at(Placement placement) {
            return new EventRecord(
                    placement.position(),
                    stream.path(),
                    placement.offset(),
                    placement.createdAt(),
                    type,
                    idempotencyKey,
                    body);
        }
    }

    /**
     * Copies of another stream's records at the end of a stream, in order. They keep their offsets, times, types, keys
     * and bodies.
     *
     * @param stream the stream that gets them; its last offset is {@code afterOffset}
     * @param source the stream with the records
     * @param afterOffset exclusive lower bound
     * @param throughOffset inclusive upper bound; the source has all offsets up to it
     * @param paused whether {@code stream} is paused afterwards
     */
    record Copy(StreamKey stream, StreamKey source, long afterOffset, long throughOffset, boolean paused)
            implements Change {}

    /**
     * The end of a stream: its records, keys and cursors are removed, and their positions are not used again. The removal
     * takes a position and stays in the log.
     *
     * @param stream the stream, which exists
     */
    record Remove(StreamKey stream) implements Change {}

    /**
     * The progress of a hosted processor. Ignored if the stream does not exist in the incarnation of the cursor.
     *
     * @param stream the stream
     * @param processor the name of the processor
     * @param cursor the progress
     */
    record SaveCursor(StreamKey stream, String processor, EventStore.Cursor cursor) implements Change {}
}
