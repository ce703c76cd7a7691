package dev.millrace.core;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A receiver of the events of a stream and of all streams below it. Calls come one at a time, with a happens-before
 * edge from each call to the next.
 *
 * <p>Events of one stream come in offset order. Events of different streams come in the order in which they were
 * stored, if the service knows that order. The first event of a new stream has offset 1. An event with an offset up to
 * the watermark of {@link #onStream} can still be delivered. You may have read it from the history already, so compare
 * offsets.
 *
 * <p>A call that blocks delays all of these streams; only the buffers of the connection are in between. If a method
 * throws, the subscription ends with {@link #onEnd(Throwable)}.
 *
 * @since 0.1
 */
public interface SubtreeSubscriber {
    /**
     * The first or a later connection was made. {@link #onStream} follows for each existing stream; after a later
     * connection, also all events since the last delivered one. A stream without a call before {@link #onCaughtUp} no
     * longer exists.
     *
     * @param gap the time without a connection, on the service's clock; zero for the first connection
     */
    default void onConnected(Duration gap) {}

    /**
     * A stream exists. Its events above the watermark follow; after a later connection, also those of the gap.
     *
     * @param connected its incarnation, its newest offset as the watermark, and the gap
     */
    void onStream(StreamPath path, ConnectionInfo connected);

    void onEvent(Event event);

    /** A stream was destroyed. If it is created again, its events begin at offset 1. */
    default void onDestroyed(StreamPath path) {}

    /** All streams and events up to the moment of the connection were delivered. Called once for each connection. */
    default void onCaughtUp() {}

    /** The connection was lost; the subscription tries to connect again until it is closed. */
    default void onDisconnected(Throwable cause) {}

    /**
     * The subscription has ended; this is the last call.
     *
     * @param failure the reason, or null if it was closed or the service stopped for good; {@link
     *     UnsupportedOperationException} if the service cannot follow subtrees
     */
    default void onEnd(@Nullable Throwable failure) {}
}
