package dev.millrace.core;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Receives the events of a stream and of every stream below it. Calls come one at a time, never concurrently, and with a
 * happens-before edge from each call to the next.
 *
 * <p>Events of one stream come in offset order, and those of different streams in the order in which they were
 * committed, as far as the service knows one. A new stream is known by its first event, at offset 1. An event up to the
 * watermark that {@link #onStream} has told may come, and is then old news: go by its offset.
 *
 * <p>A call that blocks holds up all of these streams; only the connection's buffers stand in between. An exception thrown
 * from a call ends the subscription with {@link #onEnd(Throwable)}.
 */
public interface SubtreeSubscriber {
    /**
     * A connection was made, the first or a later one. {@link #onStream} follows for every stream that exists, and of a
     * later connection everything that was appended since the last event delivered. A stream that is not named before
     * {@link #onCaughtUp} is no more.
     *
     * @param gap how long the subscription was deaf, on the service's clock; zero for the first connection
     */
    default void onConnected(Duration gap) {}

    /**
     * A stream stands here. Events above its watermark follow; on a later connection, events of the gap as well.
     *
     * @param path the stream
     * @param connected its life, its newest offset, and the gap
     */
    void onStream(StreamPath path, ConnectionInfo connected);

    /** The next event. */
    void onEvent(Event event);

    /** A stream was destroyed. Its next life, if there is one, begins at offset 1. */
    default void onDestroyed(StreamPath path) {}

    /** Everything up to the moment of the connection has been told; once for each connection. */
    default void onCaughtUp() {}

    /** The connection was lost; the subscription is trying to make another one and will not give up by itself. */
    default void onDisconnected(Throwable cause) {}

    /**
     * The subscription is over; the last call.
     *
     * @param failure why, or null when it was closed or the service stopped for good; {@link
     *     UnsupportedOperationException} when the service does not follow subtrees
     */
    default void onEnd(@Nullable Throwable failure) {}
}
