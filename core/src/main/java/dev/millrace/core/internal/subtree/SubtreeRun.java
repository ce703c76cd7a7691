package dev.millrace.core.internal.subtree;

import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscription;
import dev.millrace.core.SubtreeSubscriber;
import dev.millrace.core.internal.append.ProducerIdentity;
import dev.millrace.core.internal.effect.FailureEvents;
import dev.millrace.core.internal.run.ConditionWaiters;
import dev.millrace.core.internal.run.RunnerOptions;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.RunnerStatus.Phase;
import dev.millrace.core.runner.SubtreeStatus;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The connection of a subtree runner, which reconnects after failures. It passes what it receives to the {@link
 * SubtreeStreams}; nothing waits on the connection's thread.
 */
public final class SubtreeRun<S> implements SubtreeHandle<S> {
    private static final System.Logger LOG = System.getLogger("dev.millrace.core.runner");

    private final EventStreams streams;
    private final Processor<S> processor;
    private final StreamPath root;
    private final RunnerOptions options;
    private final Predicate<StreamPath> wanted;
    private final SubtreeStreams<S> subtreeStreams;
    private final ConditionWaiters conditionWaiters;
    private final CompletableFuture<SubtreeStatus> ended = new CompletableFuture<>();

    // Guarded by this.
    private @Nullable Subscription subscription;
    private Phase phase = Phase.CATCHING_UP;
    private @Nullable String failure;
    private boolean followsOneByOne;
    private int losses;
    private @Nullable Duration disconnectedSince;
    private boolean closing;

    public SubtreeRun(
            EventStreams streams,
            Processor<S> processor,
            StreamPath root,
            RunnerOptions options,
            Predicate<StreamPath> wanted,
            int mostActive,
            Runnable onChange) {
        this.conditionWaiters = new ConditionWaiters(onChange);
        this.streams = streams;
        this.processor = processor;
        this.root = root;
        this.options = options;
        this.wanted = wanted;
        FirstAttachMarker mark = new FirstAttachMarker(options.progress(), ProducerIdentity.of(processor, root));
        this.subtreeStreams =
                new SubtreeStreams<>(streams, processor, options, mostActive, mark, conditionWaiters::changed);
    }

    public void connect() {
        if (isClosing()) {
            return;
        }
        Subscription made;
        try {
            made = isOneByOne()
                    ? new SubtreeSubscriptionFallback(streams, root, wanted, options, new SubtreeReceiver()).follow()
                    : streams.subscribeSubtree(root, new SubtreeReceiver());
        } catch (RuntimeException refused) {
            ended(refused);
            return;
        }
        boolean unwanted;
        synchronized (this) {
            subscription = made;
            unwanted = closing;
        }
        if (unwanted) {
            made.close();
        }
    }

    private synchronized boolean isClosing() {
        return closing;
    }

    private synchronized boolean isOneByOne() {
        return followsOneByOne;
    }

    private final class SubtreeReceiver implements SubtreeSubscriber {
        private int connections;
        private Duration gap = Duration.ZERO;

        @Override
        public void onConnected(Duration gap) {
            this.gap = takeGap();
            connections = subtreeStreams.nextConnection();
            enter(Phase.CATCHING_UP);
        }

        @Override
        public void onStream(StreamPath path, ConnectionInfo connected) {
            if (wanted.test(path)) {
                subtreeStreams.streamReported(path, withGap(gap, connected), connections);
            }
        }

        @Override
        public void onEvent(Event event) {
            if (wanted.test(event.path())) {
                subtreeStreams.eventReceived(event, connections);
            }
        }

        @Override
        public void onDestroyed(StreamPath path) {
            subtreeStreams.destroyed(path);
        }

        @Override
        public void onCaughtUp() {
            synchronized (SubtreeRun.this) {
                losses = 0;
                enter(Phase.LIVE);
            }
            subtreeStreams.listed(connections);
        }

        @Override
        public void onDisconnected(Throwable cause) {
            enter(Phase.RECONNECTING);
            LOG.log(Level.DEBUG, () -> processor.slug() + " below " + root + ": connection lost: " + cause);
        }

        @Override
        public void onEnd(@Nullable Throwable why) {
            ended(why);
        }
    }

    private static ConnectionInfo withGap(Duration gap, ConnectionInfo connected) {
        return gap.compareTo(connected.gap()) <= 0
                ? connected
                : new ConnectionInfo(connected.incarnation(), connected.watermark(), gap);
    }

    /** The time without a subscription; zero after an unbroken one. Resets it. */
    private synchronized Duration takeGap() {
        Duration since = disconnectedSince;
        disconnectedSince = null;
        return since == null ? Duration.ZERO : options.timers().elapsed().minus(since);
    }

    private synchronized void enter(Phase next) {
        if (!closing) {
            phase = next;
        }
    }

    private void ended(@Nullable Throwable why) {
        boolean oneByOne;
        boolean again = why == null || (why instanceof StreamException refusal && refusal.isRetryable());
        Duration delay;
        synchronized (this) {
            if (closing) {
                return;
            }
            oneByOne = why instanceof UnsupportedOperationException && !followsOneByOne;
            followsOneByOne |= oneByOne;
            phase = again || oneByOne ? Phase.RECONNECTING : Phase.STOPPED;
            if (again && losses++ == 0) {
                disconnectedSince = options.timers().elapsed();
            }
            delay = RunnerOptions.RECONNECT.delay(losses, options.random());
        }
        if (oneByOne) {
            options.executor().execute(this::connect);
        } else if (again || why == null) {
            LOG.log(
                    Level.DEBUG,
                    () -> processor.slug() + " below " + root + " is not connected; next try in " + delay + ": " + why);
            options.later(delay, this::connect);
        } else {
            fail("subscription to the subtree of " + root + " ended: " + FailureEvents.describe(why));
        }
    }

    private void fail(String what) {
        synchronized (this) {
            failure = what;
        }
        LOG.log(Level.ERROR, () -> "'" + processor.slug() + "' below " + root + " has stopped: " + what);
        ended.complete(status());
        conditionWaiters.end(new StreamException(StreamException.Code.INTERNAL, root, what));
    }

    @Override
    public Optional<SubtreeStreams<S>> members() {
        return Optional.of(subtreeStreams);
    }

    @Override
    public CompletableFuture<Void> when(BooleanSupplier condition) {
        return conditionWaiters.when(condition);
    }

    @Override
    public CompletableFuture<SubtreeStatus> ended() {
        return ended.copy();
    }

    @Override
    public SubtreeStatus status() {
        Phase now;
        Optional<String> why;
        synchronized (this) {
            now = phase;
            why = Optional.ofNullable(failure);
        }
        return subtreeStreams.status(now, why);
    }

    @Override
    public void stop(Duration deadline) {
        Subscription last;
        synchronized (this) {
            if (closing) {
                return;
            }
            closing = true;
            last = subscription;
        }
        if (last != null) {
            last.close();
        }
        subtreeStreams.stop(deadline);
        synchronized (this) {
            phase = Phase.STOPPED;
        }
        ended.complete(status());
        conditionWaiters.end(new StreamException(
                StreamException.Code.UNAVAILABLE, root, "runner of '" + processor.slug() + "' was stopped"));
    }
}
