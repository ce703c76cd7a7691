package dev.millrace.core;

import org.jspecify.annotations.Nullable;

/**
 * Receives the events of one stream. Calls come one at a time, never concurrently, each event once and in offset order,
 * and with a happens-before edge from each call to the next.
 *
 * <p>A call may block: that is the back-pressure, and it reaches down to the socket. No queue without bound stands in
 * between. An exception thrown from a call ends the subscription with {@link #onEnd(Throwable)}.
 */
public interface Subscriber {
    /** A connection was made, the first or a later one; the events after the last delivered offset follow. */
    default void onConnected(Connected connected) {}

    /** The next event. */
    void onEvent(Event event);

    /** Every event up to the watermark of the current connection has been delivered; once for each connection. */
    default void onCaughtUp(long watermark) {}

    /** The connection was lost; the subscription is trying to make another one and will not give up by itself. */
    default void onDisconnected(Throwable cause) {}

    /**
     * The subscription is over; the last call.
     *
     * @param failure why, or null when it was closed or the stream was destroyed
     */
    default void onEnd(@Nullable Throwable failure) {}
}
