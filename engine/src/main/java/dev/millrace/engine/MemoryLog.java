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

/**
 * One committed state of a stream in memory; immutable as far as its reader can tell. Successive states share one array,
 * into which a later state only writes beyond the count of the earlier ones, and one map of keys, in which a key beyond
 * this state's head counts as absent.
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

    /** A log that begins with these records. */
    static MemoryLog of(StreamHead head, List<EventRecord> first, Map<String, EventStore.Cursor> cursors) {
        return new MemoryLog(head, new EventRecord[8], 0, new ConcurrentHashMap<>(), Map.of())
                .with(head, first, cursors);
    }

    /** The state after this one. Called only on the newest state, by one thread at a time. */
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
        int from = firstAfter(range.afterOffset());
        int to = range.beforeOffset() == Long.MAX_VALUE ? count : firstAfter(range.beforeOffset() - 1);
        List<EventRecord> page = new ArrayList<>();
        int step = range.descending() ? -1 : 1;
        for (int i = range.descending() ? to - 1 : from;
                i >= from && i < to && page.size() < range.limit();
                i += step) {
            if (range.types().isEmpty() || range.types().contains(records[i].type())) {
                page.add(records[i]);
            }
        }
        return List.copyOf(page);
    }

    /** At most {@code limit} records committed after one position and not after another. */
    List<EventRecord> committed(long afterPosition, long throughPosition, int limit) {
        if (count == 0 || records[count - 1].position() <= afterPosition) {
            return List.of();
        }
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (records[middle].position() <= afterPosition) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        List<EventRecord> page = new ArrayList<>();
        while (low < count && records[low].position() <= throughPosition && page.size() < limit) {
            page.add(records[low++]);
        }
        return page;
    }

    /** The index of the first record above an offset, or the count. */
    private int firstAfter(long offset) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (records[middle].offset() <= offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
