package dev.millrace.store.sqlite;

import dev.millrace.engine.spi.StreamHead;
import java.util.HashSet;
import java.util.Set;

/**
 * What the writer knows of a stream without asking.
 *
 * @param id its row
 * @param head its head
 * @param types types it is known to hold; not necessarily all of them. Shared by every version of the row
 */
record StreamRow(long id, StreamHead head, Set<String> types) {
    /** How many types are remembered for one stream. */
    private static final int TYPES = 64;

    StreamRow(long id, StreamHead head) {
        this(id, head, new HashSet<>());
    }

    StreamRow with(StreamHead newer) {
        return new StreamRow(id, newer, types);
    }

    void remember(String type) {
        if (types.size() < TYPES) {
            types.add(type);
        }
    }
}
