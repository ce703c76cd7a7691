package dev.millrace.engine.internal.tail;

import dev.millrace.engine.spi.EventRecord;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/**
 * A cache of the newest records of one stream, without gaps, so that the tails at the head do not all read the store.
 * Bounded in records and bytes. Not thread-safe; its {@link StreamFanout} guards it.
 */
final class RecentRecords {
    private static final int MOST_RECORDS = 256;
    private static final long MOST_BYTES = 1 << 20;

    private final Deque<RecentRecord> records = new ArrayDeque<>();
    private long bytes;

    /** Adds records; {@code readers} is how many readers will ask for their events. */
    void add(List<EventRecord> added, int readers) {
        for (EventRecord record : added) {
            records.addLast(new RecentRecord(record, readers));
            bytes += record.size();
            while (records.size() > MOST_RECORDS || (bytes > MOST_BYTES && records.size() > 1)) {
                bytes -= records.removeFirst().record().size();
            }
        }
    }

    /** The records after an offset; empty if some of them may be only in the log. */
    Optional<List<RecentRecord>> after(long offset, int limit) {
        if (records.isEmpty() || records.getFirst().record().offset() > offset + 1) {
            return Optional.empty();
        }
        return Optional.of(records.stream()
                .filter(recent -> recent.record().offset() > offset)
                .limit(limit)
                .toList());
    }
}
