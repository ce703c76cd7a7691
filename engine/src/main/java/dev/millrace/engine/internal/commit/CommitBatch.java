package dev.millrace.engine.internal.commit;

import dev.millrace.engine.internal.append.PendingRecord;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One transaction of the store with a list of its changes, which are published after the commit. Exceptions of the
 * store become a {@link StoreFailedException}, to distinguish them from refusals. For the writer thread.
 */
public final class CommitBatch {
    private final EventStore.Transaction transaction;
    private final Map<StreamKey, List<EventRecord>> appended = new LinkedHashMap<>();
    private final Map<StreamKey, Long> copied = new LinkedHashMap<>();
    private final List<StreamKey> removed = new ArrayList<>();

    CommitBatch(EventStore.Transaction transaction) {
        this.transaction = transaction;
    }

    public Optional<StreamHead> head(StreamKey stream) {
        return calling(() -> transaction.head(stream));
    }

    public Optional<EventRecord> find(StreamKey stream, String key) {
        return calling(() -> transaction.find(stream, key));
    }

    public EventRecord append(StreamKey stream, PendingRecord pendingRecord) {
        EventRecord record = calling(() -> {
            EventRecord placed = pendingRecord.at(transaction.nextPosition(), stream.path());
            transaction.append(stream, pendingRecord.head(), placed);
            return placed;
        });
        appended.computeIfAbsent(stream, key -> new ArrayList<>()).add(record);
        return record;
    }

    /**
     * Creates a stream from a first event and copies of another stream's records. They are not in {@link #appended}: no
     * tail can wait for them, and they can be many.
     */
    public void fork(StreamKey stream, PendingRecord first, EventStore.Copy copy) {
        calling(() -> {
            transaction.append(stream, first.head(), first.at(transaction.nextPosition(), stream.path()));
            if (copy.throughOffset() > copy.afterOffset()) {
                transaction.copy(copy);
            }
            return copy;
        });
        copied.put(stream, copy.throughOffset());
    }

    /** Creates a stream from all its records, in order. They are not in {@link #appended}, as those of a fork. */
    public void importAll(StreamKey stream, List<PendingRecord> records) {
        calling(() -> {
            records.forEach(record -> transaction.append(
                    stream, record.head(), record.at(transaction.nextPosition(), stream.path())));
            return records;
        });
        copied.put(stream, records.get(records.size() - 1).head().lastOffset());
    }

    /** Removes a stream. Only in a group that appends nothing. */
    public void remove(StreamKey stream) {
        calling(() -> {
            transaction.remove(stream);
            return stream;
        });
        removed.add(stream);
    }

    void saveCursor(CursorKey key, EventStore.Cursor cursor) {
        calling(() -> {
            transaction.saveCursor(key.stream(), key.processor(), cursor);
            return key;
        });
    }

    void commit() {
        calling(() -> {
            transaction.commit();
            return this;
        });
    }

    /** The new records of each stream, in order. */
    public Map<StreamKey, List<EventRecord>> appended() {
        return appended;
    }

    /** The last offset of each new stream that began as a copy. */
    public Map<StreamKey, Long> copied() {
        return copied;
    }

    public List<StreamKey> removed() {
        return removed;
    }

    private static <T> T calling(Supplier<T> store) {
        try {
            return store.get();
        } catch (RuntimeException e) {
            throw new StoreFailedException(e);
        }
    }
}
