package dev.millrace.engine.internal.tail;

import dev.millrace.engine.spi.EventRecord;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * A cache of the newest records of one stream, without gaps, so that the tails at the head do not all read the store.
 * If records were committed that it does not get, it begins anew. Bounded in records and bytes. Not thread-safe; its {@link StreamFanout} guards it.
 */
final class RecentRecords {
    private static final int MOST_RECORDS = 256;
    private static final long MOST_BYTES = 1 << 20;

    private final Deque<EventRecord> records = new ArrayDeque<>();
    private long bytes;

    void add(List<EventRecord> added) {
        for (EventRecord record : added) {
            records.addLast(record);
            bytes += record.size();
            while (records.size() > MOST_RECORDS || (bytes > MOST_BYTES && records.size() > 1)) {
                bytes -= records.removeFirst().size();
            }
        }
    }

    void clear() {
        records.clear();
        bytes = 0;
    }

    /** The records after an offset; empty if some of them may be only in the log. */
    Optional<List<EventRecord>> after(long offset, int limit) {
        if (records.isEmpty() || records.getFirst().offset() > offset + 1) {
            return Optional.empty();
        }
        return Optional.of(records.stream()
                .filter(record -> record.offset() > offset)
                .limit(limit)
                .toList());
    }
}
