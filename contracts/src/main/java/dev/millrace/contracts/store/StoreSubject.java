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

/** The store under test, and the words in which the promises about it are written. */
interface StoreSubject {
    /** The time of the event at offset 0, had there been one; each event is one millisecond after the one before it. */
    Instant EPOCH = Instant.parse("2026-01-01T00:00:00.123Z");

    /** Open, and empty when the test began. */
    EventStore store();

    /** Closes the store under test and opens it again over the same data; it is then {@link #store()}. */
    EventStore reopened();

    /** A stream of the default project. */
    static StreamKey stream(String path) {
        return new StreamKey(ProjectSlug.defaultProject(), StreamPath.of(path));
    }

    /** Runs a transaction and commits it. */
    default void commit(Consumer<Transaction> work) {
        try (Transaction transaction = store().begin()) {
            work.accept(transaction);
            transaction.commit();
        }
    }

    /** Appends events of one type, each in a transaction of its own. */
    default void given(StreamKey stream, String type, int count) {
        for (int i = 0; i < count; i++) {
            commit(transaction -> append(transaction, stream, type));
        }
    }

    /** Appends the next event of a stream, without a key. */
    static EventRecord append(Transaction transaction, StreamKey stream, String type) {
        return append(transaction, stream, type, Optional.empty());
    }

    /** Appends the next event of a stream under a key. */
    static EventRecord append(Transaction transaction, StreamKey stream, String type, String key) {
        return append(transaction, stream, type, Optional.of(key));
    }

    private static EventRecord append(Transaction transaction, StreamKey stream, String type, Optional<String> key) {
        long offset = transaction.head(stream).map(StreamHead::lastOffset).orElse(0L) + 1;
        byte[] json = ("{\"type\":\"" + type + "\",\"offset\":" + offset + "}").getBytes(StandardCharsets.UTF_8);
        return append(transaction, stream, type, key, json);
    }

    /** Appends the next event of a stream with these bytes. */
    static EventRecord append(
            Transaction transaction, StreamKey stream, String type, Optional<String> key, byte[] json) {
        Optional<StreamHead> before = transaction.head(stream);
        long offset = before.map(StreamHead::lastOffset).orElse(0L) + 1;
        String incarnation = before.map(StreamHead::incarnation).orElse("first-life");
        EventRecord record =
                new EventRecord(transaction.nextPosition(), offset, EPOCH.plusMillis(offset), type, key, json);
        transaction.append(stream, new StreamHead(incarnation, offset, record.createdAt(), false), record);
        return record;
    }

    /** Everything in a stream, oldest first. */
    default List<EventRecord> all(StreamKey stream) {
        return store().read(stream, RecordRange.after(0, Integer.MAX_VALUE));
    }
}
