package dev.millrace.engine;

import dev.millrace.engine.spi.Belief;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamHead;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The changes of one proposal to one stream in memory. For one thread. */
final class StagedStream {
    private @Nullable MemoryLog base;
    private @Nullable StreamHead head;
    private final List<EventRecord> added = new ArrayList<>();
    private final Map<String, EventRecord> keys = new HashMap<>();
    private final Map<String, EventStore.Cursor> cursors = new HashMap<>();

    StagedStream(Optional<MemoryLog> committed) {
        committed.ifPresent(log -> {
            base = log;
            head = log.head();
            cursors.putAll(log.cursors());
        });
    }

    Optional<StreamHead> head() {
        return Optional.ofNullable(head);
    }

    Optional<EventRecord> find(String key) {
        EventRecord own = keys.get(key);
        return own != null || base == null ? Optional.ofNullable(own) : base.find(key);
    }

    boolean isTrue(Belief belief) {
        StreamHead now = head;
        if (belief instanceof Belief.Present present) {
            return now != null && now.incarnation().equals(present.incarnation()) && now.paused() == present.paused();
        }
        if (belief instanceof Belief.EndsAt end) {
            return now != null && now.lastOffset() == end.lastOffset();
        }
        return belief instanceof Belief.Key key ? find(key.idempotencyKey()).isPresent() == key.taken() : now == null;
    }

    void append(StreamHead newHead, EventRecord record) {
        head = newHead;
        added.add(record);
        record.idempotencyKey().ifPresent(key -> keys.put(key, record));
    }

    /** The records of a range of offsets, including these changes, in order. */
    List<EventRecord> records(long afterOffset, long throughOffset) {
        RecordRange range = new RecordRange(afterOffset, throughOffset + 1, Set.of(), Integer.MAX_VALUE, false);
        List<EventRecord> found = new ArrayList<>(base == null ? List.of() : base.read(range));
        added.stream()
                .filter(record -> record.offset() > afterOffset && record.offset() <= throughOffset)
                .forEach(found::add);
        return found;
    }

    void remove() {
        base = null;
        head = null;
        added.clear();
        keys.clear();
        cursors.clear();
    }

    void saveCursor(String processor, EventStore.Cursor cursor) {
        if (head != null && head.incarnation().equals(cursor.incarnation())) {
            cursors.put(processor, cursor);
        }
    }

    Optional<MemoryLog> merged() {
        if (head == null) {
            return Optional.empty();
        }
        return Optional.of(base == null ? MemoryLog.of(head, added, cursors) : base.with(head, added, cursors));
    }
}
