package dev.millrace.core;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The interface to the streams of one project. It has two implementations with the same behaviour, which the contract
 * suite checks: {@code StreamEngine} in process, {@code HttpEventStreams} over HTTP.
 *
 * <p>If a future fails, it fails with a {@link StreamException}. Implementations are safe for use by many threads.
 * Appends of one thread to one stream are stored in the order of the calls. Append, read, subscribe and state create a
 * stream that does not exist; list and destroy do not. A path as text is read by {@link StreamPath#of(String)}.
 *
 * @since 0.1
 */
public interface EventStreams {
    /**
     * Appends one event. Completes when the event is durable.
     *
     * <p>An input that breaks the append rules is not refused: it is stored as an {@code invalid-event-appended} event,
     * and the future returns that event.
     */
    CompletableFuture<AppendResult> append(StreamPath path, EventInput input);

    /**
     * Appends all inputs in order, or none of them if one is refused. For an input whose key is already stored, the
     * answer has the stored event.
     *
     * @param inputs 1 to 500
     */
    CompletableFuture<List<AppendResult>> appendAll(StreamPath path, List<EventInput> inputs);

    /** Reads a finite range into memory. For a long log, set a limit or subscribe. */
    CompletableFuture<List<Event>> read(StreamPath path, ReadRange range);

    /**
     * Delivers all events after an offset, and then new ones as they are appended. A temporary failure of the
     * connection or the store does not end it: the implementation waits, longer each time, and continues after the last
     * delivered event; see {@link Subscriber}.
     *
     * @param afterOffset exclusive; 0 starts at the beginning
     */
    Subscription subscribe(StreamPath path, long afterOffset, Subscriber subscriber);

    /**
     * Follows a stream and all streams below it, also those that are created later, over one connection. It first tells
     * the newest offset of each stream, then delivers new events of all of them. Older events are not delivered: read
     * them from the log. It continues after temporary failures as {@link #subscribe} does.
     *
     * @throws UnsupportedOperationException if this implementation cannot; it may also be the failure of {@link
     *     SubtreeSubscriber#onEnd}
     */
    default Subscription subscribeSubtree(StreamPath path, SubtreeSubscriber subscriber) {
        throw new UnsupportedOperationException("cannot follow the subtree of " + path
                + ": these streams support no subtrees; subscribe to each stream");
    }

    /** The state of the stream, computed from all its events so far. */
    CompletableFuture<StreamState> state(StreamPath path);

    /**
     * The state of the stream as it was when its newest event was the one at an offset, with the processors that were
     * attached then. Does not create the stream.
     *
     * @param at an offset of the stream, 1 or more
     * @return fails with {@code BAD_REQUEST} if there is no such offset, with {@code STREAM_NOT_FOUND} if there is no
     *     stream, and with {@link UnsupportedOperationException} if this implementation cannot
     */
    default CompletableFuture<StreamState> state(StreamPath path, long at) {
        return CompletableFuture.failedFuture(new UnsupportedOperationException("cannot compute the state of " + path
                + " at offset " + at + ": these streams have only the newest state; read the events instead"));
    }

    /** The stream and all streams that were ever created below it, newest first; empty if the stream never existed. */
    CompletableFuture<List<StreamSummary>> list(StreamPath path);

    /**
     * Deletes a stream; its live readers end normally. The next use of the path creates a new incarnation, from offset
     * 1.
     *
     * @param children true to delete all streams below it as well
     */
    CompletableFuture<DestroyResult> destroy(StreamPath path, boolean children);

    /**
     * Creates a stream with a copy of the first events of another one. Processors that these events configure start
     * with the first append to the new stream.
     *
     * @param at the last offset to copy, 1 or more
     * @return completes when the new stream is durable; fails with {@code BAD_REQUEST} if there is no such offset or
     *     the store cannot copy streams, and with {@code CONFLICT} if {@code to} exists
     */
    CompletableFuture<Void> fork(StreamPath from, long at, StreamPath to);

    default CompletableFuture<Void> fork(String from, long at, String to) {
        return fork(StreamPath.of(from), at, StreamPath.of(to));
    }

    default CompletableFuture<List<Event>> read(String path, ReadRange range) {
        return read(StreamPath.of(path), range);
    }

    default Subscription subscribe(String path, long afterOffset, Subscriber subscriber) {
        return subscribe(StreamPath.of(path), afterOffset, subscriber);
    }

    default CompletableFuture<StreamState> state(String path) {
        return state(StreamPath.of(path));
    }

    /**
     * The same streams, which send each append only once; the caller repeats it. A {@link
     * dev.millrace.core.runner.ProcessorRunner} uses them, because it repeats appends itself. An implementation that
     * repeats nothing returns itself. So does a wrapper: if it returned the streams it wraps, it would be bypassed.
     */
    default EventStreams withoutRetries() {
        return this;
    }

    /**
     * The same streams for blocking code.
     *
     * @param limit the longest time for one call, positive
     */
    default BlockingEventStreams blocking(Duration limit) {
        return new BlockingEventStreams(this, limit);
    }

    /**
     * Appends a payload as an event of the type of its class ({@link EventName}).
     *
     * @param payload an object of a class with {@code @EventName}, or an {@link EventInput}
     */
    default CompletableFuture<AppendResult> append(String path, Object payload) {
        return append(StreamPath.of(path), payload);
    }

    default CompletableFuture<AppendResult> append(StreamPath path, Object payload) {
        return append(path, payload instanceof EventInput input ? input : EventInput.of(payload));
    }
}
