package dev.millrace.core;

import org.jspecify.annotations.Nullable;

/**
 * A receiver of the events of one stream. Calls come one at a time, each event once and in offset order, with a
 * happens-before edge from each call to the next.
 *
 * <p>A subscription makes one connection after the other. Each connection begins with {@link #onConnected}, delivers
 * the events after the last delivered one, and calls {@link #onCaughtUp} once. If the connection is lost, or the store
 * cannot be read, {@link #onDisconnected} is called, and the subscription connects again after a growing delay, without
 * a limit. No event is lost or delivered twice. {@link #onEnd} is the last call. Its argument is:
 *
 * <ul>
 *   <li>null: the subscription was closed, the stream was destroyed, or the service stopped for good. If the stream was
 *       destroyed while there was no connection, the subscription may instead continue with the new incarnation: then
 *       {@link ConnectionInfo#incarnation()} differs, and events begin at offset 1;
 *   <li>a {@linkplain StreamException#isRetryable() retryable} {@link StreamException}: the subscription did not start,
 *       because the service is stopping. Subscribe again later, as a runner does;
 *   <li>any other {@link StreamException}: the service refuses, and would refuse again;
 *   <li>an exception that a method of this subscriber threw. Such an exception ends the subscription.
 * </ul>
 *
 * <p>A call may block: this is the back-pressure, and it reaches the socket. There is no unbounded queue in between.
 *
 * @since 0.1
 */
public interface Subscriber {
    /** The first or a later connection was made; the events after the last delivered offset follow. */
    default void onConnected(ConnectionInfo connected) {}

    void onEvent(Event event);

    /** All events up to the watermark of this connection were delivered. Called once for each connection. */
    default void onCaughtUp(long watermark) {}

    /** The connection was lost; the subscription tries to connect again until it is closed. */
    default void onDisconnected(Throwable cause) {}

    /**
     * The subscription has ended; this is the last call.
     *
     * @param failure the reason, or null if the subscription was closed or the stream destroyed
     */
    default void onEnd(@Nullable Throwable failure) {}
}
