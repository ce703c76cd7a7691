package dev.millrace.core;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Streams that forward every call to other streams. Override the methods to change: count appends, add metadata, lose
 * connections in a test.
 *
 * @since 0.1
 */
public interface ForwardingEventStreams extends EventStreams {
    /** The streams that do the work; always the same. */
    EventStreams delegate();

    @Override
    default CompletableFuture<AppendResult> append(StreamPath path, EventInput input) {
        return delegate().append(path, input);
    }

    @Override
    default CompletableFuture<List<AppendResult>> appendAll(StreamPath path, List<EventInput> inputs) {
        return delegate().appendAll(path, inputs);
    }

    @Override
    default CompletableFuture<List<Event>> read(StreamPath path, ReadRange range) {
        return delegate().read(path, range);
    }

    @Override
    default Subscription subscribe(StreamPath path, long afterOffset, Subscriber subscriber) {
        return delegate().subscribe(path, afterOffset, subscriber);
    }

    @Override
    default Subscription subscribeSubtree(StreamPath path, SubtreeSubscriber subscriber) {
        return delegate().subscribeSubtree(path, subscriber);
    }

    @Override
    default CompletableFuture<StreamState> state(StreamPath path) {
        return delegate().state(path);
    }

    @Override
    default CompletableFuture<StreamState> state(StreamPath path, long at) {
        return delegate().state(path, at);
    }

    @Override
    default CompletableFuture<List<StreamSummary>> list(StreamPath path) {
        return delegate().list(path);
    }

    @Override
    default CompletableFuture<Void> fork(StreamPath from, long at, StreamPath to) {
        return delegate().fork(from, at, to);
    }

    @Override
    default CompletableFuture<DestroyResult> destroy(StreamPath path, boolean children) {
        return delegate().destroy(path, children);
    }
}
