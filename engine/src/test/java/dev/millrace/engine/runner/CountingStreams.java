package dev.millrace.engine.runner;

import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.Fence;
import dev.millrace.core.ForwardingEventStreams;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import dev.millrace.core.SubtreeSubscriber;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;

/** Streams that note every read and subscription, and can stop to deliver lease events, as for a suspended process. */
final class CountingStreams implements ForwardingEventStreams {
    /** The reads and subscriptions of streams that are not lease streams. */
    final List<String> requests = new CopyOnWriteArrayList<>();

    private final EventStreams delegate;
    private volatile boolean deaf;

    CountingStreams(EventStreams delegate) {
        this.delegate = delegate;
    }

    @Override
    public EventStreams delegate() {
        return delegate;
    }

    /** From now on, lease events are not delivered. */
    void deafen() {
        deaf = true;
    }

    @Override
    public CompletableFuture<List<Event>> read(StreamPath path, ReadRange range) {
        requests.add("read " + path);
        return delegate.read(path, range);
    }

    @Override
    public Subscription subscribeSubtree(StreamPath path, SubtreeSubscriber subscriber) {
        requests.add("subtree " + path);
        return delegate.subscribeSubtree(path, subscriber);
    }

    @Override
    public Subscription subscribe(StreamPath path, long afterOffset, Subscriber subscriber) {
        if (!Fence.isLeaseStream(path)) {
            requests.add("subscribe " + path);
            return delegate.subscribe(path, afterOffset, subscriber);
        }
        return delegate.subscribe(path, afterOffset, new Subscriber() {
            @Override
            public void onConnected(ConnectionInfo connected) {
                subscriber.onConnected(connected);
            }

            @Override
            public void onEvent(Event event) {
                if (!deaf) {
                    subscriber.onEvent(event);
                }
            }

            @Override
            public void onCaughtUp(long watermark) {
                subscriber.onCaughtUp(watermark);
            }
        });
    }
}
