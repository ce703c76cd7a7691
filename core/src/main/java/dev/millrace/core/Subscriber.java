package dev.millrace.core;

import org.jspecify.annotations.Nullable;

/**
 * Receives the events of one stream. Calls come one at a time, never concurrently, each event once and in offset order,
 * and with a happens-before edge from each call to the next.
 *
 * <p>A subscription has one life and any number of connections. Each begins with {@link #onConnected}, brings the events
 * that follow the last one delivered, and says {@link #onCaughtUp} once. When a connection is lost, or the store cannot be
 * read, {@link #onDisconnected} says so, and the subscription makes another connection by itself, for ever, after a growing
 * delay. Nothing is lost and nothing comes twice. {@link #onEnd} is the last call:
 *
 * <ul>
 *   <li>null: the subscription was closed, the stream was destroyed, or the service stopped for good. If the stream was
 *       destroyed while there was no connection, the subscription may instead go on with the stream's next life: {@link
 *       ConnectionInfo#incarnation()} is another one then, and events come from offset 1;
 *   <li>a {@link StreamException} that {@linkplain StreamException#isRetryable() may pass}: the subscription could not be
 *       begun, because the service is stopping. Subscribe again later; a runner does;
 *   <li>any other {@link StreamException}: the service refuses, and would do so again;
 *   <li>what a call of this subscriber threw.
 * </ul>
 *
 * <p>A call may block: that is the back-pressure, and it reaches down to the socket. No queue without bound stands in
 * between. An exception thrown from a call ends the subscription with {@link #onEnd(Throwable)}.
 */
public interface Subscriber {
    /** A connection was made, the first or a later one; the events after the last delivered offset follow. */
    default void onConnected(ConnectionInfo connected) {}

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
