package dev.millrace.client.push;

import dev.millrace.core.AppendResult;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ForwardingEventStreams;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The streams that a runner of pushed events gets. The subscription to its own stream is replaced; all other calls go
 * to the delegate. Events that the runner appends to its own stream are reported like delivered ones.
 */
record PushedEventStreams(EventStreams delegate, StreamPath own, AppendListener news)
        implements ForwardingEventStreams {
    /** The source of new events of the runner's own stream. */
    interface AppendListener {
        Subscription subscribe(long afterOffset, Subscriber subscriber);

        void appended(Event event);
    }

    @Override
    public CompletableFuture<AppendResult> append(StreamPath path, EventInput input) {
        CompletableFuture<AppendResult> append = delegate.append(path, input);
        if (path.equals(own)) {
            var unused = append.thenAccept(appended -> news.appended(appended.event()));
        }
        return append;
    }

    @Override
    public CompletableFuture<List<AppendResult>> appendAll(StreamPath path, List<EventInput> inputs) {
        CompletableFuture<List<AppendResult>> append = delegate.appendAll(path, inputs);
        if (path.equals(own)) {
            var unused = append.thenAccept(all -> all.forEach(appended -> news.appended(appended.event())));
        }
        return append;
    }

    @Override
    public Subscription subscribe(StreamPath path, long afterOffset, Subscriber subscriber) {
        return news.subscribe(afterOffset, subscriber);
    }
}
