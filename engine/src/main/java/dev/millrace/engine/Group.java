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
    private final Map<StreamKey, Long> forked = new LinkedHashMap<>();
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

    /**
     * Makes a stream of its first event and of copies. These records are not among {@link #appended}: nobody can be
     * waiting for them, and there may be many.
     */
    void fork(StreamKey stream, Entry first, EventStore.Copy copy) {
        calling(() -> {
            transaction.append(stream, first.head(), first.at(transaction.nextPosition()));
            if (copy.throughOffset() > copy.afterOffset()) {
                transaction.copy(copy);
            }
            return copy;
        });
        forked.put(stream, copy.throughOffset());
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

    /** Every stream that was made from another, with the last offset that was copied. */
    Map<StreamKey, Long> forked() {
        return forked;
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
