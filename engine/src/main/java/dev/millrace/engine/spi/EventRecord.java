package dev.millrace.engine.spi;

import dev.millrace.core.Event;
import dev.millrace.core.StreamPath;
import java.time.Instant;
import java.util.Optional;

/**
 * A stored event: what the store knows about it, and bytes that only the engine understands. A store keeps each of these
 * fields as it was given; it does not read the body, and does not change it.
 *
 * @param position its number among all records of the store; ascending in commit order, possibly with gaps
 * @param path its stream
 * @param offset its number in its stream, from 1
 * @param createdAt when it was committed, to the millisecond
 * @param type the type as the caller wrote it
 * @param idempotencyKey the key by which the store finds it, if it has one: that of a caller's event has a space before
 *     the key that readers see. The key alone is in {@code body}
 * @param body the fields of the event from {@code type} to {@code idempotencyKey} as they are on the wire: compact,
 *     UTF-8, numbers as the caller wrote them, without braces. Empty if the record is damaged: the store found that it
 *     is not what was appended. Do not modify
 * @since 0.1
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record EventRecord(
        long position,
        StreamPath path,
        long offset,
        Instant createdAt,
        String type,
        Optional<String> idempotencyKey,
        byte[] body) {
    /** Whether the store does not know what was appended. Time, type and key may be wrong too. */
    public boolean isDamaged() {
        return body.length == 0;
    }

    /** The whole event as on the wire: the body between path, offset and time. A new array in each call. */
    public byte[] json() {
        return EventJson.of(path, body, offset, createdAt);
    }

    /** The length of {@link #json}, in bytes. */
    public int size() {
        return EventJson.length(path, body, offset, createdAt);
    }

    /** The body of an event; of an event that this engine stored, the same bytes again. */
    public static byte[] bodyOf(Event event) {
        return EventJson.body(event);
    }

    /**
     * The body of a whole event: for a store that kept the JSON of events in an earlier version. JSON that is no event,
     * or the event of another place, becomes the body of an event with a text as its payload; nothing of it is lost.
     */
    public static byte[] bodyOf(byte[] json, StreamPath path, long offset, Instant createdAt, String type) {
        return EventJson.body(json, path, offset, createdAt, type);
    }

    /** The same event where a store has put it. */
    public EventRecord at(Placement placement) {
        return new EventRecord(
                placement.position(), path, placement.offset(), placement.createdAt(), type, idempotencyKey, body);
    }

    /** The same event with another body. */
    public EventRecord withBody(byte[] other) {
        return new EventRecord(position, path, offset, createdAt, type, idempotencyKey, other);
    }
}
