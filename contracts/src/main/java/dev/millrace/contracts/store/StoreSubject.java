package dev.millrace.contracts.store;

import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.EventStore.Transaction;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The store under test, with helpers for the tests of its promises. */
interface StoreSubject {
    /** The time of offset 0; the event at offset n is n milliseconds later. */
    Instant EPOCH = Instant.parse("2026-01-01T00:00:00.123Z");

    /** The open store; empty when the test began. */
    EventStore store();

    /** Closes the store under test and opens it again over the same data; it is then {@link #store()}. */
    EventStore reopened();

    /** True if data are still there after {@link #reopened()}. */
    boolean survivesReopen();

    static StreamKey stream(String path) {
        return new StreamKey(ProjectSlug.defaultProject(), StreamPath.of(path));
    }

    default void commit(Consumer<Transaction> work) {
        try (Transaction transaction = store().begin()) {
            work.accept(transaction);
            transaction.commit();
        }
    }

    /** Appends events of one type, each in its own transaction. */
    default void given(StreamKey stream, String type, int count) {
        for (int i = 0; i < count; i++) {
            commit(transaction -> append(transaction, stream, type));
        }
    }

    static EventRecord append(Transaction transaction, StreamKey stream, String type) {
        return append(transaction, stream, type, Optional.empty());
    }

    static EventRecord append(Transaction transaction, StreamKey stream, String type, String key) {
        return append(transaction, stream, type, Optional.of(key));
    }

    private static EventRecord append(Transaction transaction, StreamKey stream, String type, Optional<String> key) {
        long offset = transaction.head(stream).map(StreamHead::lastOffset).orElse(0L) + 1;
        byte[] body = ("\"type\":\"" + type + "\",\"n\":" + offset).getBytes(StandardCharsets.UTF_8);
        return append(transaction, stream, type, key, body);
    }

    /** Appends the next event of a stream with these bytes. */
    static EventRecord append(
            Transaction transaction, StreamKey stream, String type, Optional<String> key, byte[] body) {
        Optional<StreamHead> before = transaction.head(stream);
        long offset = before.map(StreamHead::lastOffset).orElse(0L) + 1;
        String incarnation = before.map(StreamHead::incarnation).orElse("first");
        EventRecord record =
                new EventRecord(
                        transaction.nextPosition(), stream.path(), offset, EPOCH.plusMillis(offset), type, key, body);
        transaction.append(stream, new StreamHead(incarnation, offset, record.createdAt(), false), record);
        return record;
    }

    default List<EventRecord> all(StreamKey stream) {
        return store().read(stream, RecordRange.after(0, Integer.MAX_VALUE));
    }
}
