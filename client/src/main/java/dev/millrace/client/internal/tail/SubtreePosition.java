package dev.millrace.client.internal.tail;

import java.util.OptionalLong;

/**
 * The position of a tail of a subtree in the service's order of commits, across its connections. Not thread-safe;
 * confined to the current thread of its {@link ReconnectingTail}.
 */
final class SubtreePosition {
    private OptionalLong delivered = OptionalLong.empty();
    private boolean moved;

    /** The last delivered position; empty at the beginning. */
    OptionalLong delivered() {
        return delivered;
    }

    boolean hasSeen(long position) {
        return delivered.isPresent() && position <= delivered.getAsLong();
    }

    void deliveredThrough(long position) {
        delivered = OptionalLong.of(position);
        moved = true;
    }

    /** True if something was delivered since the last call of this method. */
    boolean takeHasMoved() {
        boolean was = moved;
        moved = false;
        return was;
    }
}
