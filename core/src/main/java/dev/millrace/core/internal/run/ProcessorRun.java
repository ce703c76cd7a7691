package dev.millrace.core.internal.run;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import dev.millrace.core.internal.append.Appender;
import dev.millrace.core.internal.append.CauseLookup;
import dev.millrace.core.internal.append.ProducerIdentity;
import dev.millrace.core.internal.effect.Acknowledgements;
import dev.millrace.core.internal.effect.EffectDecision;
import dev.millrace.core.internal.effect.EffectQueue;
import dev.millrace.core.internal.effect.EffectRunner;
import dev.millrace.core.internal.effect.FailureEvents;
import dev.millrace.core.internal.effect.RunningTasks;
import dev.millrace.core.internal.run.Failpoints.Point;
import dev.millrace.core.internal.snapshot.Snapshotter;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.Progress;
import dev.millrace.core.runner.RunnerIdentity;
import dev.millrace.core.runner.RunnerStatus;
import dev.millrace.core.runner.RunnerStatus.Phase;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One run of a processor on a stream. The intake reduces events on the transport's thread; the effect queue runs
 * effects on the executor, one at a time; background tasks run beside it. See the picture in docs/runner.md.
 */
public final class ProcessorRun<S> implements RunHandle<S> {
    private static final System.Logger LOG = System.getLogger("dev.millrace.core.runner");

    private final EventStreams streams;
    private final StreamPath path;
    private final RunnerOptions options;
    private final StateHolder<S> stateHolder;
    private final ConditionWaiters conditionWaiters;
    private final EffectQueue effectQueue;
    private final Acknowledgements acknowledgements;
    private final CauseLookup causeLookup;
    private final Appender appender;
    private final EffectRunner<S> effectRunner;
    private final Snapshotter<S> snapshotter;
    private final RunnerListenerDispatcher runnerListenerDispatcher;

    private volatile ProducerIdentity identity;
    private volatile Phase phase = Phase.CATCHING_UP;
    private volatile long watermark;
    private volatile boolean caughtUpOnce;
    private volatile @Nullable String failure;
    private volatile EffectDecision decision;
    private long tooLate;
    private volatile boolean attached;
    private final CompletableFuture<RunnerStatus> ended = new CompletableFuture<>();

    private final AtomicInteger losses = new AtomicInteger();
    private volatile @Nullable Duration disconnectedSince;

    private @Nullable EventReceiver receiver;
    private @Nullable Subscription subscription;
    private boolean closing;

    public ProcessorRun(EventStreams streams, Processor<S> processor, StreamPath path, RunnerOptions options) {
        this(streams, processor, path, options, () -> {});
    }

    public ProcessorRun(
            EventStreams streams, Processor<S> processor, StreamPath path, RunnerOptions options, Runnable onChange) {
        this.conditionWaiters = new ConditionWaiters(onChange);
        this.streams = streams;
        this.path = path;
        this.options = options;
        this.identity = ProducerIdentity.of(processor, path);
        this.stateHolder = new StateHolder<>(processor);
        this.effectQueue = new EffectQueue(options, this::acknowledge);
        this.acknowledgements = new Acknowledgements(effectQueue, options);
        this.causeLookup = new CauseLookup(streams, path);
        this.appender = new Appender(streams, path, options, causeLookup, conditionWaiters::changed);
        RunnerIdentity name = new RunnerIdentity(identity.slug(), identity.version(), path);
        this.runnerListenerDispatcher = new RunnerListenerDispatcher(options.listeners(), name, options.timers());
        this.effectRunner = new EffectRunner<>(
                processor,
                identity,
                options,
                stateHolder,
                effectQueue,
                appender,
                causeLookup,
                conditionWaiters,
                runnerListenerDispatcher);
        this.decision = new EffectDecision(options.effectsFrom(), options.staleAfter(), 0);
        this.snapshotter = new Snapshotter<>(
                options,
                stateHolder,
                () -> identity,
                () -> Math.max(decision.floor(), acknowledgements.savedThrough()));
    }

    // ---- the connection

    public void start() {
        connect(snapshotter.load());
    }

    void connect(long afterOffset) {
        EventReceiver next = new EventReceiver(afterOffset);
        synchronized (this) {
            if (closing) {
                return;
            }
            receiver = next;
        }
        Subscription made;
        try {
            made = streams.subscribe(path, afterOffset, next);
        } catch (RuntimeException refused) {
            next.onEnd(refused);
            return;
        }
        boolean unwanted;
        synchronized (this) {
            unwanted = receiver != next;
            if (!unwanted) {
                subscription = made;
            }
        }
        if (unwanted) {
            made.close();
        }
    }

    private void disconnect() {
        Subscription old;
        synchronized (this) {
            receiver = null;
            old = subscription;
            subscription = null;
        }
        if (old != null) {
            old.close();
        }
    }

    /** The subscriber. After another receiver has replaced it, it ignores further events. */
    private final class EventReceiver implements Subscriber {
        private final long afterOffset;

        EventReceiver(long afterOffset) {
            this.afterOffset = afterOffset;
        }

        private boolean isStale() {
            synchronized (ProcessorRun.this) {
                return receiver != this;
            }
        }

        @Override
        public void onConnected(ConnectionInfo connected) {
            if (isStale()) {
                return;
            }
            boolean fromTheBeginning;
            try {
                fromTheBeginning = attach(connected);
            } catch (StreamException notNow) {
                if (!notNow.isRetryable()) {
                    throw notNow;
                }
                tryAgain(notNow, afterOffset);
                return;
            }
            if (fromTheBeginning && afterOffset > 0) { // this subscription started at a snapshot
                disconnect();
                options.executor().execute(() -> connect(0));
            }
        }

        @Override
        public void onEvent(Event event) {
            if (!isStale() && event.offset() > stateHolder.through()) {
                take(event);
            }
        }

        @Override
        public void onCaughtUp(long offset) {
            if (!isStale()) {
                options.failpoints().reach(Point.BEFORE_CAUGHT_UP);
                logTooLate();
                runnerListenerDispatcher.caughtUp(offset);
                effectRunner.caughtUp();
                phase = Phase.LIVE;
                acknowledgements.save(identity); // first, because callers of awaitCaughtUp rely on it
                caughtUpOnce = true;
                losses.set(0);
                conditionWaiters.changed();
            }
        }

        @Override
        public void onDisconnected(Throwable cause) {
            if (!isStale()) {
                phase = Phase.RECONNECTING;
                LOG.log(Level.DEBUG, () -> identity + ": connection lost: " + cause);
                runnerListenerDispatcher.reconnecting(cause);
            }
        }

        @Override
        public void onEnd(@Nullable Throwable why) {
            if (isStale()) {
                return;
            }
            if (why == null) {
                disconnect();
                phase = Phase.RECONNECTING;
                connectLater(0);
            } else if (why instanceof StreamException notNow && notNow.isRetryable()) {
                tryAgain(notNow, attached ? stateHolder.through() : afterOffset);
            } else {
                disconnect();
                fail(Phase.STOPPED, "subscription to " + path + " ended: " + FailureEvents.describe(why));
            }
        }
    }

    private void tryAgain(StreamException notNow, long afterOffset) {
        disconnect();
        phase = Phase.RECONNECTING;
        if (attached && disconnectedSince == null) {
            disconnectedSince = options.timers().elapsed();
        }
        LOG.log(
                losses.get() == 0 ? Level.WARNING : Level.DEBUG,
                () -> identity + " is not connected, and connects again",
                notNow);
        runnerListenerDispatcher.reconnecting(notNow);
        connectLater(afterOffset);
    }

    private void connectLater(long afterOffset) {
        options.afterLoss(losses.incrementAndGet(), () -> connect(afterOffset));
    }

    /** The time without a connection, within this subscription or between two of them. Resets the latter. */
    private Duration takeGap(ConnectionInfo connected) {
        Duration since = disconnectedSince;
        disconnectedSince = null;
        Duration own =
                since == null ? Duration.ZERO : options.timers().elapsed().minus(since);
        return own.compareTo(connected.gap()) > 0 ? own : connected.gap();
    }

    // ---- folding

    /**
     * Handles a connection; true if the log has to be read from its beginning.
     *
     * @throws StreamException if the progress cannot be read; then nothing has changed
     */
    private boolean attach(ConnectionInfo connected) {
        boolean isNewIncarnation = attached && !connected.incarnation().equals(identity.incarnation());
        boolean anew = !attached || isNewIncarnation;
        OptionalLong acknowledged = anew ? acknowledged(connected.incarnation()) : OptionalLong.empty();
        if (isNewIncarnation) {
            acknowledgements.freeze();
            effectRunner.startOver();
            stateHolder.reset();
        }
        boolean fromTheBeginning = false;
        if (anew) {
            identity = identity.in(connected.incarnation());
            effectRunner.setIdentity(identity);
            decision = EffectDecision.onAttach(
                    options.effectsFrom(), options.staleAfter(), acknowledged, connected.watermark());
            acknowledgements.begin(acknowledged, decision.floor());
            fromTheBeginning = isNewIncarnation || !snapshotter.restore(connected, decision.floor());
            acknowledgements.handed(stateHolder.through());
            attached = true;
        } else {
            decision = decision.onReconnect(connected.watermark(), takeGap(connected), options.reconnectGrace());
        }
        watermark = connected.watermark();
        effectRunner.setWatermark(watermark);
        phase = Phase.CATCHING_UP;
        runnerListenerDispatcher.connected(watermark, stateHolder.through());
        conditionWaiters.changed();
        return fromTheBeginning;
    }

    private OptionalLong acknowledged(String incarnation) {
        return options.progress().load(identity.slug(), path).stream()
                .filter(progress -> progress.incarnation().equals(incarnation))
                .mapToLong(Progress::acknowledgedThrough)
                .findFirst();
    }

    private boolean isOwnFailure(Event event) {
        return FailureEvents.isOwnFailure(event, identity.slug())
                || (appender.isWithoutProcess() && FailureEvents.claimsOwnFailure(event, identity.slug()));
    }

    private void take(Event raw) {
        Event event = stateHolder.decode(raw);
        causeLookup.remember(event);
        try {
            runnerListenerDispatcher.reducing(event, () -> stateHolder.apply(event));
        } catch (RuntimeException | StackOverflowError | LinkageError | AssertionError thrown) {
            halt(event, thrown);
            return;
        }
        if (BuiltInType.RESUMED.matches(event.type())) {
            appender.resumed();
        }
        options.failpoints().reach(Point.AFTER_FOLD);
        Instant now = options.timers().now();
        boolean fires = decision.fires(event.offset(), event.createdAt(), now)
                && !isOwnFailure(event)
                && !FailureEvents.isEndOfChain(event);
        if (fires) {
            effectRunner.actOn(event);
            options.failpoints().reach(Point.AFTER_SUBMIT);
        } else if (decision.isTooLate(event.offset(), event.createdAt(), now)) {
            tooLate++;
        }
        acknowledgements.handed(event.offset());
        if (effectQueue.isIdle()) {
            acknowledgements.save(identity); // an effect of this event may have finished before handed()
        }
        snapshotter.changed();
        conditionWaiters.changed();
        if (options.last().test(event)) {
            disconnect();
            effectRunner.stopReading();
        } else if (fires && !effectQueue.awaitRoom(options.heartbeat())) {
            disconnect();
            var unused = effectQueue.whenRoom().thenRunAsync(() -> connect(stateHolder.through()), options.executor());
        }
    }

    private void logTooLate() {
        long count = tooLate;
        tooLate = 0;
        if (count > 0) {
            LOG.log(
                    Level.INFO,
                    () -> identity + " did not act on " + count + " events, because they were older than staleAfter");
        }
    }

    private void halt(Event event, Throwable thrown) {
        String what = "reducer of '" + identity.slug() + "' v" + identity.version() + " threw at " + path + "@"
                + event.offset() + " (" + event.type() + "): " + FailureEvents.describe(thrown);
        LOG.log(Level.ERROR, what, thrown);
        disconnect();
        runnerListenerDispatcher.halted(event, thrown);
        var unused =
                effectRunner.recordHalt(event, thrown).whenComplete((appended, refused) -> fail(Phase.HALTED, what));
    }

    private void fail(Phase end, String what) {
        phase = end;
        failure = what;
        LOG.log(Level.ERROR, () -> identity + " has stopped: " + what);
        runnerListenerDispatcher.stopped(status());
        ended.complete(status());
        conditionWaiters.end(new StreamException(StreamException.Code.INTERNAL, path, what));
    }

    // ---- progress

    private void acknowledge() {
        acknowledgements.save(identity);
        conditionWaiters.changed();
    }

    @Override
    public long acknowledgedThrough() {
        return acknowledgements.through();
    }

    public boolean isCaughtUp() {
        return caughtUpOnce;
    }

    /**
     * The order of the checks matters: an event is in the effect queue before it counts as handed over, a background
     * task is running before the effect that launched it has finished, and an append counts before its caller has
     * finished. So work that starts between two checks shows in a later one.
     */
    public boolean isIdle() {
        long own = appender.newestOwnOffset();
        return phase == Phase.LIVE
                && acknowledgements.handedThrough() >= own
                && effectQueue.isIdle()
                && effectRunner.runningTasks().isIdle()
                && appender.isIdle()
                && own == appender.newestOwnOffset();
    }

    public long reducedThrough() {
        return stateHolder.through();
    }

    public S state() {
        return stateHolder.state();
    }

    @Override
    public ProcessorRun<S> current() {
        return this;
    }

    @Override
    public RunnerStatus status() {
        return new RunnerStatus(
                phase,
                watermark,
                stateHolder.through(),
                acknowledgedThrough(),
                effectRunner.runningTasks().waiting(),
                Optional.ofNullable(failure));
    }

    @Override
    public CompletableFuture<RunnerStatus> ended() {
        return ended.copy();
    }

    @Override
    public CompletableFuture<Void> when(BooleanSupplier condition) {
        return conditionWaiters.when(condition);
    }

    @Override
    public void stop(Duration deadline) {
        synchronized (this) {
            if (closing) {
                return;
            }
            closing = true;
        }
        effectRunner.close();
        disconnect();
        appender.stopWaiting();
        boolean finished = EffectQueue.isInside()
                || BoundedAwait.completes(
                        conditionWaiters.when(() -> effectQueue.isIdle() || effectRunner.isAbandoned()), deadline);
        int held = effectQueue.pending();
        RunningTasks<S> runningTasks = effectRunner.runningTasks();
        if (!finished || held > 0 || !runningTasks.isIdle()) {
            LOG.log(
                    Level.INFO,
                    () -> "stopped " + identity + " at " + acknowledgedThrough() + "; left to the next run: " + held
                            + " effects and the background tasks " + runningTasks.names());
        }
        runningTasks.stop();
        acknowledge();
        acknowledgements.freeze();
        appender.close();
        effectQueue.stop();
        snapshotter.close();
        if (phase != Phase.HALTED) {
            phase = Phase.STOPPED;
        }
        runnerListenerDispatcher.stopped(status());
        ended.complete(status());
        conditionWaiters.end(new StreamException(
                StreamException.Code.UNAVAILABLE, path, "runner of '" + identity.slug() + "' was stopped"));
    }
}
