package dev.millrace.engine.internal.append;

import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.StreamHead;
import java.util.Optional;

/**
 * An event that was accepted and has no position in the store yet.
 *
 * @param head the stream's head once it is appended; its offset and time are the event's
 * @param type its type
 * @param key its idempotency key
 * @param json the whole event
 */
@SuppressWarnings("ArrayRecordComponent")
public // a carrier of bytes; nobody compares entries
record PendingRecord(StreamHead head, String type, Optional<String> key, byte[] json) {
    public EventRecord at(long position) {
        return new EventRecord(position, head.lastOffset(), head.lastCreatedAt(), type, key, json);
    }
}
