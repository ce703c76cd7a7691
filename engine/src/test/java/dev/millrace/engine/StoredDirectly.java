package dev.millrace.engine;

import dev.millrace.engine.spi.Change;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.Facts;
import dev.millrace.engine.spi.Proposal;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Events that a test puts into a store without the rules of the engine, as another version or process does. */
public final class StoredDirectly {
    private StoredDirectly() {}

    /** An event for the end of a stream, which may not exist yet. */
    public static Change.Append event(
            EventStore store, StreamKey stream, Instant createdAt, String type, Optional<String> key, byte[] body) {
        String incarnation = store.head(stream).map(StreamHead::incarnation).orElse("life");
        return new Change.Append(stream, incarnation, false, createdAt, type, key, body);
    }

    /** Commits changes without conditions. */
    public static void commit(EventStore store, Change... changes) {
        Facts facts = store.facts();
        store.commit(new Proposal(facts.moment(), List.of(), List.of(changes)));
    }
}
