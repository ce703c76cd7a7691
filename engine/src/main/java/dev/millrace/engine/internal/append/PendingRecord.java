package dev.millrace.engine.internal.append;

import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.StreamHead;
import java.util.Optional;

/** An accepted event without a position in the store yet; {@code head} is the head of the stream after the append. */
@SuppressWarnings("ArrayRecordComponent")
public // never compared
record PendingRecord(StreamHead head, String type, Optional<String> key, byte[] body) {
    public EventRecord at(long position, StreamPath path) {
        return new EventRecord(position, path, head.lastOffset(), head.lastCreatedAt(), type, key, body);
    }
}
