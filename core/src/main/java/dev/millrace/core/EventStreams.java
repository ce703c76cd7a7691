package dev.millrace.core;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The one port to streams, bound to one project. The engine implements it in process, the client over HTTP; whoever uses
 * it cannot tell them apart, and the contract suite holds both to that.
 *
 * <p>Every future completes exceptionally with a {@link StreamException}. Implementations are safe for use by many
 * threads; appends from one thread to one stream are stored in the order of the calls. Streams come to be on first
 * touch: append, read, subscribe and state create them; list and destroy do not.
 */
public interface EventStreams {
    /**
     * Appends one event. Completes when the event is durable.
     *
     * <p>An input that breaks the append rules is not refused: it is kept as an {@code invalid-event-appended} event,
     * and that is what the future holds.
     */
    CompletableFuture<AppendResult> append(StreamPath path, EventInput input);

    /**
     * Appends all of these in order, or none: a refusal of one refuses all. Inputs whose key is already stored answer
     * with the stored event.
     *
     * @param inputs 1 to 500
     */
    CompletableFuture<List<AppendResult>> appendAll(StreamPath path, List<EventInput> inputs);

    /** Reads a finite range into memory; for long logs bound it, or subscribe. */
    CompletableFuture<List<Event>> read(StreamPath path, ReadRange range);

    /**
     * Delivers everything after an offset and then stays live. A failure that may pass, of a connection or of the store,
     * does not end it: the implementation waits, longer each time, and goes on after the last event that was delivered, as
     * {@link Subscriber} describes.
     *
     * @param afterOffset exclusive; 0 starts at the beginning
     */
    Subscription subscribe(StreamPath path, long afterOffset, Subscriber subscriber);

    /**
     * Follows a stream and every stream below it, those to come included, over one connection: says where each stands,
     * and then delivers what is appended to any of them. It goes on after failures that may pass, as {@link #subscribe}
     * does. History is not delivered; read it where
     * it is needed.
     *
     * @throws UnsupportedOperationException when this port cannot; an implementation may also say so later, as the
     *     failure of {@link SubtreeSubscriber#onEnd}
     */
    default Subscription subscribeSubtree(StreamPath path, SubtreeSubscriber subscriber) {
        throw new UnsupportedOperationException(
                "cannot follow the subtree of " + path + ": these streams are followed one by one; subscribe to each");
    }

    /** Folds the stream to its current head. */
    CompletableFuture<StreamState> state(StreamPath path);

    /** The stream and everything that was ever announced below it, newest first; empty when it was never touched. */
    CompletableFuture<List<StreamSummary>> list(StreamPath path);

    /**
     * Wipes a stream; live readers end normally. The next touch begins a new incarnation at offset 1.
     *
     * @param children whether everything below it is wiped as well
     */
    CompletableFuture<DestroyResult> destroy(StreamPath path, boolean children);

    /**
     * Makes a new stream that begins with the events of another one, as far as an offset. What they configure acts on
     * nothing before the first append to the new stream.
     *
     * @param at the last offset to copy, 1 or more
     * @return completes when the new stream is durable; fails with {@code BAD_REQUEST} when there is no such offset, or the
     *     store cannot copy streams, and with {@code CONFLICT} when {@code to} exists
     */
    CompletableFuture<Void> fork(StreamPath from, long at, StreamPath to);

    /** As {@link #fork(StreamPath, long, StreamPath)}, with paths as {@link StreamPath#of(String)} reads them. */
    default CompletableFuture<Void> fork(String from, long at, String to) {
        return fork(StreamPath.of(from), at, StreamPath.of(to));
    }

    /** As {@link #read(StreamPath, ReadRange)}, with a path as {@link StreamPath#of(String)} reads it. */
    default CompletableFuture<List<Event>> read(String path, ReadRange range) {
        return read(StreamPath.of(path), range);
    }

    /** As {@link #subscribe(StreamPath, long, Subscriber)}, with a path as {@link StreamPath#of(String)} reads it. */
    default Subscription subscribe(String path, long afterOffset, Subscriber subscriber) {
        return subscribe(StreamPath.of(path), afterOffset, subscriber);
    }

    /** As {@link #state(StreamPath)}, with a path as {@link StreamPath#of(String)} reads it. */
    default CompletableFuture<StreamState> state(String path) {
        return state(StreamPath.of(path));
    }

    /**
     * The same streams, which send each append once and leave it to the caller to send it again. A {@link
     * dev.millrace.core.runner.ProcessorRunner} asks for them, because it does so itself. Streams that send nothing again
     * answer themselves, and so do wrappers: one that hands this call on to what it wraps is passed by.
     */
    default EventStreams withoutRetries() {
        return this;
    }

    /**
     * The same streams for code that waits.
     *
     * @param limit how long a call may take, positive
     */
    default BlockingEventStreams blocking(Duration limit) {
        return new BlockingEventStreams(this, limit);
    }

    /**
     * Appends a payload under its own {@link EventName}.
     *
     * @param path as {@link StreamPath#of(String)} reads it
     * @param payload an object of a class with {@code @EventName}, or an {@link EventInput}
     */
    default CompletableFuture<AppendResult> append(String path, Object payload) {
        return append(StreamPath.of(path), payload);
    }

    /** As {@link #append(String, Object)}. */
    default CompletableFuture<AppendResult> append(StreamPath path, Object payload) {
        return append(path, payload instanceof EventInput input ? input : EventInput.of(payload));
    }
}
