package dev.millrace.client.internal.tail;

import org.jspecify.annotations.Nullable;

/** The position of a tail, across its connections. Confined to the current thread of its {@link ReconnectingTail}. */
final class StreamPosition {
    private long delivered;
    private boolean moved;
    private @Nullable String incarnation;

    StreamPosition(long afterOffset) {
        this.delivered = afterOffset;
    }

    /** The last delivered offset; before that, the start offset. */
    long delivered() {
        return delivered;
    }

    /** True if something was delivered since the last call of this method. */
    boolean takeHasMoved() {
        boolean was = moved;
        moved = false;
        return was;
    }

    void deliveredThrough(long offset) {
        delivered = offset;
        moved = true;
    }

    /** True if the subscriber has read from another incarnation of the stream. */
    boolean isOfAnotherLog(String other) {
        return incarnation != null
                && !incarnation.isEmpty()
                && !other.isEmpty()
                && !incarnation.equals(other)
                && delivered > 0;
    }

    void startOver() {
        delivered = 0;
    }

    boolean wasConnected() {
        return incarnation != null;
    }

    void connectedTo(String toldIncarnation) {
        incarnation = toldIncarnation;
    }
}
