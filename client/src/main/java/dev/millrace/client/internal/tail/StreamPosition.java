package dev.millrace.client.internal.tail;

import org.jspecify.annotations.Nullable;

/**
 * How far a tail has come, across its connections. Not safe for use by many threads: it belongs to the thread whose turn
 * it is, and turns are handed over with a happens-before edge.
 */
final class StreamPosition {
    private long delivered;
    private boolean moved;
    private @Nullable String incarnation;

    StreamPosition(long afterOffset) {
        this.delivered = afterOffset;
    }

    /** The last offset the subscriber has seen, or where it wanted to start. */
    long delivered() {
        return delivered;
    }

    /** Whether anything was delivered since the last call of this method. */
    boolean takeMoved() {
        boolean was = moved;
        moved = false;
        return was;
    }

    void deliveredThrough(long offset) {
        delivered = offset;
        moved = true;
    }

    /** Whether a log with this incarnation is another one than the subscriber was told of, and partly read. */
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

    /** Whether there was a connection before. */
    boolean wasConnected() {
        return incarnation != null;
    }

    void connectedTo(String toldIncarnation) {
        incarnation = toldIncarnation;
    }
}
