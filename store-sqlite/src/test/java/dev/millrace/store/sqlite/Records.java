package dev.millrace.store.sqlite;

import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.EventStore.Transaction;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.time.Instant;
import java.util.Optional;

/** Records for tests. */
final class Records {
    static final StreamKey STREAM = new StreamKey(ProjectSlug.defaultProject(), StreamPath.of("/stream"));

    private Records() {}

    /** Appends one record of this size in its own transaction. */
    static void append(EventStore store, int bytes) {
        try (Transaction transaction = store.begin()) {
            append(transaction, bytes);
            transaction.commit();
        }
    }

    static void append(Transaction transaction, int bytes) {
        long offset = transaction.head(STREAM).map(StreamHead::lastOffset).orElse(0L) + 1;
        Instant time = Instant.ofEpochMilli(offset);
        transaction.append(
                STREAM,
                new StreamHead("life", offset, time, false),
                new EventRecord(
                        transaction.nextPosition(),
                        STREAM.path(),
                        offset,
                        time,
                        "said",
                        Optional.of("key-" + offset),
                        new byte[bytes]));
    }

    static long lastOffset(EventStore store) {
        return store.head(STREAM).map(StreamHead::lastOffset).orElse(0L);
    }
}
