package dev.millrace.engine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * One transaction of the store together with what was done in it, so that it can be published after the commit. Whatever
 * the store throws comes out as {@link StoreFailure}, never to be mistaken for a refusal. For the writer thread.
 */
final class Group {
    private final EventStore.Transaction transaction;
    private final Map<StreamKey, List<EventRecord>> appended = new LinkedHashMap<>();
    private final List<StreamKey> removed = new ArrayList<>();

    Group(EventStore.Transaction transaction) {
        this.transaction = transaction;
    }

    Optional<StreamHead> head(StreamKey stream) {
        return calling(() -> transaction.head(stream));
    }

    Optional<EventRecord> find(StreamKey stream, String key) {
        return calling(() -> transaction.find(stream, key));
    }

    EventRecord append(StreamKey stream, Entry entry) {
        EventRecord record = calling(() -> {
            EventRecord placed = entry.at(transaction.nextPosition());
            transaction.append(stream, entry.head(), placed);
            return placed;
        });
        appended.computeIfAbsent(stream, key -> new ArrayList<>()).add(record);
        return record;
    }

    /** Removes a stream; in a group that appends nothing. */
    void remove(StreamKey stream) {
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

    /** Every stream that grew, with its new records in order. */
    Map<StreamKey, List<EventRecord>> appended() {
        return appended;
    }

    List<StreamKey> removed() {
        return removed;
    }

    private static <T> T calling(Supplier<T> store) {
        try {
            return store.get();
        } catch (RuntimeException e) {
            throw new StoreFailure(e);
        }
    }
}
