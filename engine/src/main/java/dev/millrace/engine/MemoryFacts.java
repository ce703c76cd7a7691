package dev.millrace.engine;

import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.Facts;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.util.Optional;

/** What the store in memory held at a moment, as long as nothing is committed. */
record MemoryFacts(InMemoryEventStore store, long moment) implements Facts {
    @Override
    public Optional<StreamHead> head(StreamKey stream) {
        return store.at(moment, stream).map(MemoryLog::head);
    }

    @Override
    public Optional<EventRecord> find(StreamKey stream, String idempotencyKey) {
        return store.at(moment, stream).flatMap(log -> log.find(idempotencyKey));
    }
}
