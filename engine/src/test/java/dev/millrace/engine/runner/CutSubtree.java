package dev.millrace.engine.runner;

import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ForwardingEventStreams;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import dev.millrace.core.SubtreeSubscriber;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Real streams with one subtree connection that a test can cut and restore; events in between are not sent again. */
final class CutSubtree implements ForwardingEventStreams {
    private final EventStreams delegate;
    private final AtomicInteger subscriptions = new AtomicInteger();
    private final Object turn = new Object();
    private @Nullable SubtreeSubscriber subscriber;
    private @Nullable StreamPath root;
    private @Nullable Subscription inner;
    private int connection;

    CutSubtree(EventStreams delegate) {
        this.delegate = delegate;
    }

    @Override
    public EventStreams delegate() {
        return delegate;
    }

    int subscriptions() {
        return subscriptions.get();
    }

    @Override
    public Subscription subscribeSubtree(StreamPath path, SubtreeSubscriber next) {
        subscriptions.incrementAndGet();
        synchronized (turn) {
            subscriber = next;
            root = path;
        }
        mend(Duration.ZERO);
        return this::close;
    }

    void cut() {
        close();
        synchronized (turn) {
            if (subscriber != null) {
                subscriber.onDisconnected(new IllegalStateException("cut"));
            }
        }
    }

    private void close() {
        Subscription old;
        synchronized (turn) {
            connection++;
            old = inner;
        }
        if (old != null) {
            old.close();
        }
    }

    void mend(Duration gap) {
        int mine;
        SubtreeSubscriber told;
        StreamPath path;
        synchronized (turn) {
            mine = ++connection;
            told = subscriber;
            path = root;
        }
        if (told == null || path == null) {
            throw new IllegalStateException("there is no subscription yet");
        }
        inner = delegate.subscribeSubtree(path, new SubtreeSubscriber() {
            private void run(Runnable call) {
                synchronized (turn) {
                    if (mine == connection) {
                        call.run();
                    }
                }
            }

            @Override
            public void onConnected(Duration none) {
                run(() -> told.onConnected(gap));
            }

            @Override
            public void onStream(StreamPath stream, ConnectionInfo connected) {
                run(() ->
                        told.onStream(stream, new ConnectionInfo(connected.incarnation(), connected.watermark(), gap)));
            }

            @Override
            public void onEvent(Event event) {
                run(() -> told.onEvent(event));
            }

            @Override
            public void onDestroyed(StreamPath stream) {
                run(() -> told.onDestroyed(stream));
            }

            @Override
            public void onCaughtUp() {
                run(told::onCaughtUp);
            }
        });
    }

    /** Delivers events again. */
    void repeat(List<Event> events) {
        synchronized (turn) {
            if (subscriber != null) {
                events.forEach(subscriber::onEvent);
            }
        }
    }

    @Override
    public Subscription subscribe(StreamPath path, long afterOffset, Subscriber next) {
        throw new IllegalStateException("a subtree needs no subscription of its own to " + path);
    }
}
