package dev.millrace.engine.runner;

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
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Real streams whose one connection for a subtree a test can cut and mend; what happens in between is not sent again. */
final class CutSubtree implements EventStreams {
    private final EventStreams real;
    private final AtomicInteger subscriptions = new AtomicInteger();
    private final Object turn = new Object();
    private @Nullable SubtreeSubscriber subscriber;
    private @Nullable StreamPath root;
    private @Nullable Subscription inner;
    private int connection;

    CutSubtree(EventStreams real) {
        this.real = real;
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
            throw new IllegalStateException("nobody has subscribed");
        }
        inner = real.subscribeSubtree(path, new SubtreeSubscriber() {
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
            public void onStream(StreamPath stream, Connected connected) {
                run(() -> told.onStream(stream, new Connected(connected.incarnation(), connected.watermark(), gap)));
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

    /** Sends events once more. */
    void repeat(List<Event> events) {
        synchronized (turn) {
            if (subscriber != null) {
                events.forEach(subscriber::onEvent);
            }
        }
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
    public Subscription subscribe(StreamPath path, long afterOffset, Subscriber next) {
        throw new IllegalStateException("a subtree needs no subscription of its own to " + path);
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
