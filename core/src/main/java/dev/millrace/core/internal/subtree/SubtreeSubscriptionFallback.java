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
 * Follows a subtree on a service that has no subscription for it: the stream on top says which streams there are below,
 * and each is subscribed to, as far as {@value #MOST_SUBSCRIPTIONS} subscriptions go; the others are looked at in turn.
 * The subscriber's calls come one at a time; it must not block.
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
    private final List<Child> looked = new ArrayList<>();
    private @Nullable Subscription top;
    private int subscriptions;
    private int unnamed = 1;
    private boolean looks;
    private boolean closed;

    private SubtreeSubscriptionFallback(
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

    static Subscription follow(
            EventStreams streams,
            StreamPath root,
            Predicate<StreamPath> wanted,
            RunnerOptions options,
            SubtreeSubscriber subscriber) {
        SubtreeSubscriptionFallback subtree =
                new SubtreeSubscriptionFallback(streams, root, wanted, options, subscriber);
        synchronized (subtree) {
            subscriber.onConnected(Duration.ZERO);
        }
        Top first = subtree.new Top();
        first.follow();
        return subtree;
    }

    /** Calls the subscriber, alone, unless it is over. */
    private synchronized void tell(Consumer<SubtreeSubscriber> call) {
        if (!closed) {
            call.accept(subscriber);
        }
    }

    /** One of those that were there at first has been named, or never will be. */
    private void named() {
        tell(told -> {
            if (--unnamed == 0) {
                told.onCaughtUp();
            }
        });
    }

    /** Listens to the stream on top. */
    private final class Top implements Subscriber {
        private long history = -1;
        private long known;
        private int losses;
        private boolean isCaughtUp;

        void follow() {
            hold(subscription -> top = subscription, streams.subscribe(root, known, this));
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
            announced(event).ifPresent(path -> begin(path, isCaughtUp));
        }

        @Override
        public void onCaughtUp(long watermark) {
            losses = 0;
            if (!isCaughtUp) {
                isCaughtUp = true;
                named();
            }
        }

        @Override
        public void onEnd(@Nullable Throwable failure) {
            if (mayPass(failure)) {
                later(++losses, this::follow);
                return;
            }
            tell(told -> told.onEnd(failure));
            close();
        }
    }

    private static boolean mayPass(@Nullable Throwable failure) {
        return failure instanceof StreamException refusal && refusal.isRetryable();
    }

    private void later(int losses, Runnable task) {
        options.timers()
                .after(
                        RunnerOptions.RECONNECT.delay(losses, options.random()),
                        () -> options.executor().execute(task));
    }

    /** Remembers a subscription, or closes it when this is over. */
    private void hold(Consumer<Subscription> field, Subscription made) {
        boolean unwanted;
        synchronized (this) {
            field.accept(made);
            unwanted = closed;
        }
        if (unwanted) {
            made.close();
        }
    }

    private Optional<StreamPath> announced(Event event) {
        if (!BuiltInType.CHILD_STREAM_CREATED.matches(event.type())) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                            StreamPath.of(event.payloadJson().path("childPath").asText()))
                    .filter(path -> path.isBelow(root) && wanted.test(path));
        } catch (IllegalArgumentException noPath) { // anyone may write such an event
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
            unnamed++;
        }
        if (isNew) {
            child.follow(0);
        } else {
            child.findHead();
        }
    }

    /** One stream below. */
    private final class Child implements Subscriber {
        private final StreamPath path;
        private boolean isSubscribed;
        private long known;
        private int losses;
        private boolean isNamed;
        private @Nullable Subscription subscription;

        Child(StreamPath path) {
            this.path = path;
        }

        /** Finds out where the stream stands, because its history is of no interest here. */
        void findHead() {
            ReadRange newest = ReadRange.builder().descending(true).limit(1).build();
            reads.pass(() -> streams.read(path, newest)).whenComplete((events, failure) -> {
                if (failure == null) {
                    follow(events.isEmpty() ? 0 : events.get(0).offset());
                } else {
                    again(failure, this::findHead);
                }
            });
        }

        void follow(long head) {
            known = head;
            if (!isSubscribed) {
                name(new ConnectionInfo("", head, Duration.ZERO));
                lookAt(this);
                return;
            }
            Subscription made;
            try {
                made = streams.subscribe(path, head, this);
            } catch (RuntimeException refused) {
                onEnd(refused);
                return;
            }
            hold(held -> subscription = held, made);
        }

        private void name(ConnectionInfo connected) {
            tell(told -> told.onStream(path, connected));
            if (!isNamed) {
                isNamed = true;
                named();
            }
        }

        private void again(Throwable failure, Runnable task) {
            if (mayPass(failure)) {
                later(++losses, task);
            } else {
                onEnd(failure);
            }
        }

        @Override
        public void onConnected(ConnectionInfo connected) {
            name(isNamed ? connected : new ConnectionInfo(connected.incarnation(), known, Duration.ZERO));
        }

        @Override
        public void onEvent(Event event) {
            known = event.offset();
            losses = 0;
            tell(told -> told.onEvent(event));
        }

        @Override
        public void onEnd(@Nullable Throwable failure) {
            if (mayPass(failure)) {
                later(++losses, () -> follow(known));
                return;
            }
            if (failure != null) {
                LOG.log(Level.WARNING, () -> path + " is not followed any longer: " + failure);
            }
            synchronized (SubtreeSubscriptionFallback.this) {
                children.remove(path, this);
                looked.remove(this);
                subscriptions -= isSubscribed ? 1 : 0;
            }
            tell(told -> told.onDestroyed(path));
            if (!isNamed) {
                isNamed = true;
                named();
            }
        }

        /** Looks whether something has happened, and then looks at the next one. */
        void look(Runnable then) {
            ReadRange range = ReadRange.builder().afterOffset(known).limit(PAGE).build();
            streams.read(path, range).whenComplete((events, failure) -> {
                if (failure != null) {
                    LOG.log(Level.DEBUG, () -> path + " could not be looked at: " + failure);
                    then.run();
                    return;
                }
                events.forEach(this::onEvent);
                if (events.size() == PAGE) {
                    look(then);
                } else {
                    then.run();
                }
            });
        }
    }

    private void lookAt(Child child) {
        boolean first;
        synchronized (this) {
            looked.add(child);
            first = !looks;
            looks = true;
        }
        if (first) {
            lookLater();
        }
    }

    private void lookLater() {
        options.timers()
                .after(
                        LOOK_INTERVAL,
                        () -> options.executor().execute(() -> {
                            List<Child> all;
                            synchronized (this) {
                                all = closed ? List.of() : List.copyOf(looked);
                            }
                            look(all, 0);
                        }));
    }

    private void look(List<Child> all, int next) {
        synchronized (this) {
            if (closed) {
                return;
            }
        }
        if (next >= all.size()) {
            lookLater();
        } else {
            all.get(next).look(() -> options.executor().execute(() -> look(all, next + 1)));
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
