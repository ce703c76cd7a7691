package dev.millrace.core.runner;

import dev.millrace.core.Appended;
import dev.millrace.core.Destroyed;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.StreamState;
import dev.millrace.core.StreamSummary;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The streams as the runs of a subtree see them: all as they are, but subscribed to over the subtree's one connection. */
record MemberStreams(EventStreams real, Subscribing subscribing) implements EventStreams {
    /** As {@link EventStreams#subscribe}. */
    interface Subscribing {
        Subscription subscribe(StreamPath path, long afterOffset, Subscriber subscriber);
    }

    @Override
    public Subscription subscribe(StreamPath path, long afterOffset, Subscriber subscriber) {
        return subscribing.subscribe(path, afterOffset, subscriber);
    }

    @Override
    public CompletableFuture<Appended> append(StreamPath path, EventInput input) {
        return real.append(path, input);
    }

    @Override
    public CompletableFuture<List<Appended>> appendAll(StreamPath path, List<EventInput> inputs) {
        return real.appendAll(path, inputs);
    }

    @Override
    public CompletableFuture<List<Event>> read(StreamPath path, ReadRange range) {
        return real.read(path, range);
    }

    @Override
    public CompletableFuture<StreamState> state(StreamPath path) {
        return real.state(path);
    }

    @Override
    public CompletableFuture<List<StreamSummary>> list(StreamPath path) {
        return real.list(path);
    }

    @Override
    public CompletableFuture<Destroyed> destroy(StreamPath path, boolean children) {
        return real.destroy(path, children);
    }
}
