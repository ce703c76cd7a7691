package dev.millrace.store.sqlite;

import dev.millrace.engine.spi.StreamHead;
import java.util.HashSet;
import java.util.Set;

/** A cached row of a stream, with some types of its events, not always all. Its versions share the types. */
record StreamRow(long id, StreamHead head, Set<String> types) {
    private static final int MOST_TYPES = 64;

    StreamRow(long id, StreamHead head) {
        this(id, head, new HashSet<>());
    }

    StreamRow with(StreamHead newer) {
        return new StreamRow(id, newer, types);
    }

    void remember(String type) {
        if (types.size() < MOST_TYPES) {
            types.add(type);
        }
    }
}
