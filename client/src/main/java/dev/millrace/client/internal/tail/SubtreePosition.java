package dev.millrace.client.internal.tail;

import java.util.OptionalLong;

/**
 * How far a tail of a subtree has come, across its connections: a position in the service's order of commits, which is
 * one number for any number of streams. Not safe for use by many threads: it belongs to the thread whose turn it is.
 */
final class SubtreePosition {
    private OptionalLong delivered = OptionalLong.empty();
    private boolean moved;

    /** The position of the last event the subscriber has seen; empty before the first time it was caught up. */
    OptionalLong delivered() {
        return delivered;
    }

    /** Whether an event at this position was delivered before. */
    boolean hasSeen(long position) {
        return delivered.isPresent() && position <= delivered.getAsLong();
    }

    void deliveredThrough(long position) {
        delivered = OptionalLong.of(position);
        moved = true;
    }

    /** Whether anything was delivered since the last call of this method. */
    boolean takeMoved() {
        boolean was = moved;
        moved = false;
        return was;
    }
}
