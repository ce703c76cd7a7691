package dev.millrace.core.internal.subtree;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import dev.millrace.core.SubtreeSubscriber;
import dev.millrace.core.internal.append.ConcurrencyLimiter;
import dev.millrace.core.internal.run.RunnerOptions;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A client-side subscription to a subtree, for services without one. The top stream names the streams below it. At most
 * {@value #MOST_SUBSCRIPTIONS} of these are subscribed to; the others are read in turn, every few seconds. The
 * subscriber's calls come one at a time; it must not block.
 */
final class SubtreeSubscriptionFallback implements Subscription {
    static final int MOST_SUBSCRIPTIONS = 64;
    static final Duration LOOK_INTERVAL = Duration.ofSeconds(5);

    private static final System.Logger LOG = System.getLogger("dev.millrace.core.runner");
    private static final int READS_AT_ONCE = 16;
    private static final int PAGE = 128;

    private final EventStreams streams;
    private final StreamPath root;
    private final Predicate<StreamPath> wanted;
    private final RunnerOptions options;
    private final SubtreeSubscriber subscriber;
    private final ConcurrencyLimiter reads = new ConcurrencyLimiter(READS_AT_ONCE);

    // Guarded by this; the subscriber is called under the lock.
    private final Map<StreamPath, Child> children = new HashMap<>();
    private final List<Child> polled = new ArrayList<>();
    private @Nullable Subscription top;
    private int subscriptions;
    private int unreported = 1;
    private boolean polling;
    private boolean closed;

    SubtreeSubscriptionFallback(
            EventStreams streams,
            StreamPath root,
            Predicate<StreamPath> wanted,
            RunnerOptions options,
            SubtreeSubscriber subscriber) {
        this.streams = streams;
        this.root = root;
        this.wanted = wanted;
        this.options = options;
        this.subscriber = subscriber;
    }

    Subscription follow() {
        tell(told -> told.onConnected(Duration.ZERO));
        new RootSubscriber().follow();
        return this;
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /** Calls the subscriber, one call at a time, unless this subtree is closed. */
    private synchronized void tell(Consumer<SubtreeSubscriber> call) {
        if (!closed) {
            call.accept(subscriber);
        }
    }

    /** A stream that existed at the start has been reported to the subscriber, or has ended. */
    private void countDownUnreported() {
        tell(told -> {
            if (--unreported == 0) {
                told.onCaughtUp();
            }
        });
    }

    private final class RootSubscriber implements Subscriber {
        private long history = -1;
        private long known;
        private int losses;
        private boolean isCaughtUp;

        void follow() {
            subscribe(root, known, this, made -> top = made);
        }

        @Override
        public void onConnected(ConnectionInfo connected) {
            history = isCaughtUp ? history : Math.max(history, connected.watermark());
            tell(told -> told.onStream(root, connected));
        }

        @Override
        public void onEvent(Event event) {
            known = event.offset();
            if (isCaughtUp || event.offset() > history) {
                tell(told -> told.onEvent(event));
            }
            announcedChild(event).ifPresent(path -> begin(path, isCaughtUp));
        }

        @Override
        public void onCaughtUp(long watermark) {
            losses = 0;
            if (!isCaughtUp) {
                isCaughtUp = true;
                countDownUnreported();
            }
        }

        @Override
        public void onEnd(@Nullable Throwable failure) {
            if (isRetryable(failure)) {
                options.afterLoss(++losses, this::follow);
                return;
            }
            tell(told -> told.onEnd(failure));
            close();
        }
    }

    private static boolean isRetryable(@Nullable Throwable failure) {
        return failure instanceof StreamException refusal && refusal.isRetryable();
    }

    /**
     * Subscribes and passes the subscription to {@code field}; closes it if this subtree is closed. If {@code
     * subscribe} throws, the subscriber's {@code onEnd} is called, as for a subscription that has ended.
     */
    private void subscribe(StreamPath path, long after, Subscriber events, Consumer<Subscription> field) {
        if (isClosed()) {
            return;
        }
        Subscription made;
        try {
            made = streams.subscribe(path, after, events);
        } catch (RuntimeException refused) {
            events.onEnd(refused);
            return;
        }
        boolean unwanted;
        synchronized (this) {
            field.accept(made);
            unwanted = closed;
        }
        if (unwanted) {
            made.close();
        }
    }

    private Optional<StreamPath> announcedChild(Event event) {
        if (!BuiltInType.CHILD_STREAM_CREATED.matches(event.type())) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                            StreamPath.of(event.payloadJson().path("childPath").asText()))
                    .filter(path -> path.isBelow(root) && wanted.test(path));
        } catch (IllegalArgumentException noPath) { // any caller can append such an event
            return Optional.empty();
        }
    }

    private void begin(StreamPath path, boolean isNew) {
        Child child = new Child(path);
        synchronized (this) {
            if (closed || children.putIfAbsent(path, child) != null) {
                return;
            }
            child.isSubscribed = subscriptions < MOST_SUBSCRIPTIONS;
            subscriptions += child.isSubscribed ? 1 : 0;
            unreported++;
        }
        if (isNew) {
            child.follow(0);
        } else {
            child.readHead();
        }
    }

    private final class Child implements Subscriber {
        private final StreamPath path;
        private boolean isSubscribed;
        private long known;
        private int losses;
        private boolean isReported;
        private @Nullable Subscription subscription;

        Child(StreamPath path) {
            this.path = path;
        }

        /** Reads only the newest offset: the history is not delivered. */
        void readHead() {
            if (isClosed()) {
                return;
            }
            ReadRange newest = ReadRange.builder().descending(true).limit(1).build();
            var unused = reads.submit(() -> streams.read(path, newest)).whenComplete((events, failure) -> {
                if (failure == null) {
                    follow(events.isEmpty() ? 0 : events.get(0).offset());
                } else {
                    retryLater(failure, this::readHead);
                }
            });
        }

        void follow(long head) {
            known = head;
            if (!isSubscribed) {
                reportStream(new ConnectionInfo("", head, Duration.ZERO));
                addToPolled(this);
                return;
            }
            subscribe(path, head, this, made -> subscription = made);
        }

        private void reportStream(ConnectionInfo connected) {
            tell(told -> told.onStream(path, connected));
            countDownOnce();
        }

        private void countDownOnce() {
            if (!isReported) {
                isReported = true;
                countDownUnreported();
            }
        }

        private void retryLater(Throwable failure, Runnable task) {
            if (isRetryable(failure)) {
                options.afterLoss(++losses, task);
            } else {
                onEnd(failure);
            }
        }

        @Override
        public void onConnected(ConnectionInfo connected) {
            reportStream(isReported ? connected : new ConnectionInfo(connected.incarnation(), known, Duration.ZERO));
        }

        @Override
        public void onEvent(Event event) {
            known = event.offset();
            losses = 0;
            tell(told -> told.onEvent(event));
        }

        @Override
        public void onEnd(@Nullable Throwable failure) {
            if (isRetryable(failure)) {
                options.afterLoss(++losses, () -> follow(known));
                return;
            }
            if (failure != null) {
                LOG.log(Level.WARNING, () -> "subscription to " + path + " ended and is not repeated: " + failure);
            }
            synchronized (SubtreeSubscriptionFallback.this) {
                children.remove(path, this);
                polled.remove(this);
                subscriptions -= isSubscribed ? 1 : 0;
            }
            tell(told -> told.onDestroyed(path));
            countDownOnce();
        }

        /** Reads the new events, and then runs {@code then}. */
        void poll(Runnable then) {
            ReadRange range = ReadRange.builder().afterOffset(known).limit(PAGE).build();
            var unused = streams.read(path, range).whenComplete((events, failure) -> {
                if (failure != null) {
                    LOG.log(Level.DEBUG, () -> "read of " + path + " failed: " + failure);
                    then.run();
                    return;
                }
                events.forEach(this::onEvent);
                if (events.size() == PAGE) {
                    poll(then);
                } else {
                    then.run();
                }
            });
        }
    }

    private void addToPolled(Child child) {
        boolean first;
        synchronized (this) {
            polled.add(child);
            first = !polling;
            polling = true;
        }
        if (first) {
            pollLater();
        }
    }

    private void pollLater() {
        options.later(LOOK_INTERVAL, () -> {
            List<Child> all;
            synchronized (this) {
                all = closed ? List.of() : List.copyOf(polled);
            }
            poll(all, 0);
        });
    }

    private void poll(List<Child> all, int next) {
        synchronized (this) {
            if (closed) {
                return;
            }
        }
        if (next >= all.size()) {
            pollLater();
        } else {
            all.get(next).poll(() -> options.executor().execute(() -> poll(all, next + 1)));
        }
    }

    @Override
    public void close() {
        List<Subscription> open = new ArrayList<>();
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            if (top != null) {
                open.add(top);
            }
            children.values().forEach(child -> {
                if (child.subscription != null) {
                    open.add(child.subscription);
                }
            });
        }
        open.forEach(Subscription::close);
    }
}
