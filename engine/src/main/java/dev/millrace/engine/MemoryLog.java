package dev.millrace.engine;

import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamHead;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;

/**
 * An immutable view of a committed stream in memory. Successive views share one array and one map of keys. A later view
 * writes to the array only above the count of the earlier ones, and a view ignores keys of records after its head.
 */
final class MemoryLog {
    private final StreamHead head;
    private final EventRecord[] records;
    private final int count;
    private final ConcurrentHashMap<String, EventRecord> byKey;
    private final Map<String, EventStore.Cursor> cursors;

    private MemoryLog(
            StreamHead head,
            EventRecord[] records,
            int count,
            ConcurrentHashMap<String, EventRecord> byKey,
            Map<String, EventStore.Cursor> cursors) {
        this.head = head;
        this.records = records;
        this.count = count;
        this.byKey = byKey;
        this.cursors = cursors;
    }

    static MemoryLog of(StreamHead head, List<EventRecord> first, Map<String, EventStore.Cursor> cursors) {
        return new MemoryLog(head, new EventRecord[8], 0, new ConcurrentHashMap<>(), Map.of())
                .with(head, first, cursors);
    }

    /** The next view. Called only on the newest view, by one thread at a time. */
    MemoryLog with(StreamHead newHead, List<EventRecord> added, Map<String, EventStore.Cursor> newCursors) {
        int total = count + added.size();
        EventRecord[] target = total <= records.length ? records : Arrays.copyOf(records, Math.max(total, count * 2));
        for (int i = 0; i < added.size(); i++) {
            EventRecord record = added.get(i);
            target[count + i] = record;
            record.idempotencyKey().ifPresent(key -> byKey.put(key, record));
        }
        return new MemoryLog(newHead, target, total, byKey, Map.copyOf(newCursors));
    }

    StreamHead head() {
        return head;
    }

    Map<String, EventStore.Cursor> cursors() {
        return cursors;
    }

    Optional<EventStore.Cursor> cursor(String processor) {
        return Optional.ofNullable(cursors.get(processor));
    }

    Optional<EventRecord> find(String key) {
        return Optional.ofNullable(byKey.get(key)).filter(record -> record.offset() <= head.lastOffset());
    }

    boolean hasAny(Set<String> types) {
        for (int i = 0; i < count; i++) {
            if (types.contains(records[i].type())) {
                return true;
            }
        }
        return false;
    }

    List<EventRecord> read(RecordRange range) {
        int from = firstAfter(range.afterOffset(), EventRecord::offset);
        int to = range.beforeOffset() == Long.MAX_VALUE
                ? count
                : firstAfter(range.beforeOffset() - 1, EventRecord::offset);
        List<EventRecord> page = new ArrayList<>();
        int step = range.descending() ? -1 : 1;
        long bytes = 0;
        for (int i = range.descending() ? to - 1 : from;
                i >= from && i < to && page.size() < range.limit() && bytes < range.mostBytes();
                i += step) {
            if (range.types().isEmpty() || range.types().contains(records[i].type())) {
                page.add(records[i]);
                bytes += records[i].size();
            }
        }
        return List.copyOf(page);
    }

    /** At most {@code limit} records committed after one position and not after another. */
    List<EventRecord> committed(long afterPosition, long throughPosition, int limit) {
        if (count == 0 || records[count - 1].position() <= afterPosition) {
            return List.of();
        }
        List<EventRecord> page = new ArrayList<>();
        for (int i = firstAfter(afterPosition, EventRecord::position);
                i < count && records[i].position() <= throughPosition && page.size() < limit;
                i++) {
            page.add(records[i]);
        }
        return page;
    }

    /** The index of the first record with a number above {@code bound}, or the count. */
    private int firstAfter(long bound, ToLongFunction<EventRecord> number) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (number.applyAsLong(records[middle]) <= bound) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
