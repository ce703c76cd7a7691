package dev.millrace.store.sqlite;

import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.Facts;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.util.Optional;

/** What the store held at a moment, as long as nothing is committed. */
record SqliteFacts(WriteConnection connection, long moment) implements Facts {
    @Override
    public Optional<StreamHead> head(StreamKey stream) {
        return connection.lookUp(moment, "cannot read the head of " + stream, now -> now.head(stream));
    }

    @Override
    public Optional<EventRecord> find(StreamKey stream, String idempotencyKey) {
        return connection.lookUp(
                moment, "cannot look up an idempotency key of " + stream, now -> now.find(stream, idempotencyKey));
    }
}
