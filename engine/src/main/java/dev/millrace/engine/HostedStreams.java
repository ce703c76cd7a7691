package dev.millrace.engine;

import dev.millrace.core.Appended;
import dev.millrace.core.Connected;
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
import dev.millrace.core.SubtreeSubscriber;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The port as hosted runners see it. A runner elsewhere follows a destroyed stream into its next life by touching it; a
 * hosted one must not bring a stream back that somebody just destroyed, so it never hears of a normal end: the host
 * stops it.
 */
record HostedStreams(EventStreams real) implements EventStreams {
    @Override
    public Subscription subscribe(StreamPath path, long afterOffset, Subscriber subscriber) {
        return real.subscribe(path, afterOffset, new Subscriber() {
            @Override
            public void onConnected(Connected connected) {
                subscriber.onConnected(connected);
            }

            @Override
            public void onEvent(Event event) {
                subscriber.onEvent(event);
            }

            @Override
            public void onCaughtUp(long watermark) {
                subscriber.onCaughtUp(watermark);
            }

            @Override
            public void onEnd(@Nullable Throwable failure) {
                if (failure != null) {
                    subscriber.onEnd(failure);
                }
            }
        });
    }

    @Override
    public Subscription subscribeSubtree(StreamPath path, SubtreeSubscriber subscriber) {
        return real.subscribeSubtree(path, subscriber);
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
