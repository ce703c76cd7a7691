package dev.millrace.client;

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

/**
 * Streams as a run of one stream sees them when its news come by push: everything is the service's, but the tail. What the
 * run appends to the stream itself is news as well, delivered or not.
 *
 * @param service the streams behind it
 * @param own the one stream
 * @param news makes the tail, and hears of appends
 */
record PushedLog(EventStreams service, StreamPath own, News news) implements EventStreams {
    /** The news of the one stream. */
    interface News {
        Subscription subscribe(long afterOffset, Subscriber subscriber);

        void appended(Event event);
    }

    @Override
    public CompletableFuture<Appended> append(StreamPath path, EventInput input) {
        CompletableFuture<Appended> append = service.append(path, input);
        if (path.equals(own)) {
            append.thenAccept(appended -> news.appended(appended.event()));
        }
        return append;
    }

    @Override
    public CompletableFuture<List<Appended>> appendAll(StreamPath path, List<EventInput> inputs) {
        CompletableFuture<List<Appended>> append = service.appendAll(path, inputs);
        if (path.equals(own)) {
            append.thenAccept(all -> all.forEach(appended -> news.appended(appended.event())));
        }
        return append;
    }

    @Override
    public CompletableFuture<List<Event>> read(StreamPath path, ReadRange range) {
        return service.read(path, range);
    }

    @Override
    public Subscription subscribe(StreamPath path, long afterOffset, Subscriber subscriber) {
        return news.subscribe(afterOffset, subscriber);
    }

    @Override
    public CompletableFuture<StreamState> state(StreamPath path) {
        return service.state(path);
    }

    @Override
    public CompletableFuture<List<StreamSummary>> list(StreamPath path) {
        return service.list(path);
    }

    @Override
    public CompletableFuture<Destroyed> destroy(StreamPath path, boolean children) {
        return service.destroy(path, children);
    }
}
