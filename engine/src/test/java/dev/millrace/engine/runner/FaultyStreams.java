package dev.millrace.engine.runner;

import dev.millrace.core.AppendResult;
import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ForwardingEventStreams;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import dev.millrace.core.SubtreeSubscriber;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Real streams behind a bad network: connections are lost or silent, and answers are lost. */
final class FaultyStreams implements ForwardingEventStreams {
    private final EventStreams delegate;
    private final AtomicInteger lostAnswers = new AtomicInteger();
    private final AtomicInteger lostRequests = new AtomicInteger();
    private final AtomicInteger lostReads = new AtomicInteger();
    private final AtomicInteger subscriptions = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger closed = new AtomicInteger();
    private final AtomicLong deliveries = new AtomicLong();
    private volatile @Nullable Link newest;
    private volatile StreamException.@Nullable Code refusal;

    FaultyStreams(EventStreams delegate) {
        this.delegate = delegate;
    }

    /** The next appends are stored, but the caller is told that the service could not be reached. */
    void loseAnswers(int count) {
        lostAnswers.set(count);
    }

    /** The next appends are not stored. */
    void loseRequests(int count) {
        lostRequests.set(count);
    }

    /** How many of the next appends are not stored. */
    int requestsToLose() {
        return lostRequests.get();
    }

    @Override
    public EventStreams delegate() {
        return delegate;
    }

    /** The next reads fail. */
    void loseReads(int count) {
        lostReads.set(count);
    }

    /** From now on every {@code subscribe} throws because the network is down, or works again. */
    void refuseSubscriptions(boolean refuse) {
        refusal = refuse ? StreamException.Code.UNAVAILABLE : null;
    }

    /** From now on every {@code subscribe} throws with this code. */
    void refuseSubscriptions(StreamException.Code code) {
        refusal = code;
    }

    /** How many calls of {@code subscribe} have thrown so far. */
    int refusedSubscriptions() {
        return refused.get();
    }

    int subscriptions() {
        return subscriptions.get();
    }

    /** How many subscriptions were closed by their subscriber. */
    int closedSubscriptions() {
        return closed.get();
    }

    /** How many events were delivered to subscribers so far. */
    long deliveries() {
        return deliveries.get();
    }

    Link link() {
        Link link = newest;
        if (link == null) {
            throw new IllegalStateException("there is no subscription yet");
        }
        return link;
    }

    @Override
    public CompletableFuture<AppendResult> append(StreamPath path, EventInput input) {
        StreamException unreachable =
                new StreamException(StreamException.Code.UNAVAILABLE, path, "the network lost this append");
        if (lostRequests.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            return CompletableFuture.failedFuture(unreachable);
        }
        if (lostAnswers.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            return delegate.append(path, input).thenCompose(appended -> CompletableFuture.failedFuture(unreachable));
        }
        return delegate.append(path, input);
    }

    @Override
    public Subscription subscribe(StreamPath path, long afterOffset, Subscriber subscriber) {
        StreamException.Code code = refusal;
        if (code != null) {
            refused.incrementAndGet();
            throw new StreamException(code, path, "the network lost this subscription");
        }
        subscriptions.incrementAndGet();
        Link link = new Link(path, afterOffset, subscriber);
        newest = link;
        link.connect(Duration.ZERO);
        return link;
    }

    @Override
    public CompletableFuture<List<Event>> read(StreamPath path, ReadRange range) {
        return lostReads.getAndUpdate(left -> Math.max(0, left - 1)) > 0
                ? CompletableFuture.failedFuture(
                        new StreamException(StreamException.Code.UNAVAILABLE, path, "the network lost this read"))
                : delegate.read(path, range);
    }

    @Override
    public Subscription subscribeSubtree(StreamPath path, SubtreeSubscriber subscriber) {
        throw new UnsupportedOperationException("no subtrees over this network");
    }

    /** One subscription, whose connection a test can cut and restore. */
    final class Link implements Subscription {
        private final StreamPath path;
        private final Subscriber subscriber;
        private final Object turn = new Object();
        private long delivered;
        private String incarnation = "";
        private int connection;
        private boolean closed;
        private @Nullable Subscription inner;

        Link(StreamPath path, long afterOffset, Subscriber subscriber) {
            this.path = path;
            this.delivered = afterOffset;
            this.subscriber = subscriber;
        }

        void connect(Duration gap) {
            int mine;
            synchronized (turn) {
                mine = ++connection;
            }
            inner = delegate.subscribe(path, delivered, new Subscriber() {
                @Override
                public void onConnected(ConnectionInfo connected) {
                    run(mine, () -> {
                        if (!incarnation.isEmpty() && !incarnation.equals(connected.incarnation())) {
                            delivered = 0;
                        }
                        incarnation = connected.incarnation();
                        subscriber.onConnected(new ConnectionInfo(connected.incarnation(), connected.watermark(), gap));
                    });
                }

                @Override
                public void onEvent(Event event) {
                    run(mine, () -> {
                        delivered = event.offset();
                        deliveries.incrementAndGet();
                        subscriber.onEvent(event);
                    });
                }

                @Override
                public void onCaughtUp(long watermark) {
                    run(mine, () -> subscriber.onCaughtUp(watermark));
                }

                @Override
                public void onEnd(@Nullable Throwable failure) {
                    run(mine, () -> subscriber.onEnd(failure));
                }
            });
        }

        private void run(int mine, Runnable call) {
            synchronized (turn) {
                if (mine == connection && !closed) {
                    call.run();
                }
            }
        }

        /** The connection goes silent without an error. */
        void goSilent() {
            Subscription old = inner;
            synchronized (turn) {
                connection++;
            }
            if (old != null) {
                old.close();
            }
        }

        /** The connection is lost; the subscriber is told. */
        void cut() {
            goSilent();
            synchronized (turn) {
                subscriber.onDisconnected(new StreamException(StreamException.Code.UNAVAILABLE, path, "cut"));
            }
        }

        /** The subscription ends with a reason. */
        void end(Throwable why) {
            goSilent();
            synchronized (turn) {
                closed = true;
                subscriber.onEnd(why);
            }
        }

        @Override
        public void close() {
            Subscription old = inner;
            boolean first;
            synchronized (turn) {
                first = !closed;
                closed = true;
            }
            if (old != null && first) {
                FaultyStreams.this.closed.incrementAndGet();
                old.close();
                subscriber.onEnd(null);
            }
        }
    }
}
