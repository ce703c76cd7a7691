package dev.millrace.core.internal.effect;

import dev.millrace.core.AppendResult;
import dev.millrace.core.Event;
import dev.millrace.core.Fence;
import dev.millrace.core.MalformedPayload;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import dev.millrace.core.internal.append.Appender;
import dev.millrace.core.internal.append.CausalAppender;
import dev.millrace.core.internal.append.CauseLookup;
import dev.millrace.core.internal.append.ChainLimitException;
import dev.millrace.core.internal.append.ProducerIdentity;
import dev.millrace.core.internal.lease.FencedEventStreams;
import dev.millrace.core.internal.run.ConditionWaiters;
import dev.millrace.core.internal.run.Failpoints.Point;
import dev.millrace.core.internal.run.RunnerListenerDispatcher;
import dev.millrace.core.internal.run.RunnerOptions;
import dev.millrace.core.internal.run.StateHolder;
import dev.millrace.core.processor.BackgroundTask;
import dev.millrace.core.processor.CausingOffset;
import dev.millrace.core.processor.Delivery;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.EffectCall;
import dev.millrace.core.runner.Timers;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The effects of a run: effects in the effect queue, background tasks beside it, and their failures as events. Safe for
 * use by many threads.
 */
public final class EffectRunner<S> implements RunningTasks.Surroundings<S> {
    private static final System.Logger LOG = System.getLogger("dev.millrace.core.runner");

    private final Processor<S> processor;
    private final RunnerOptions options;
    private final StateHolder<S> stateHolder;
    private final EffectQueue effectQueue;
    private final Appender appender;
    private final CauseLookup causeLookup;
    private final ConditionWaiters conditionWaiters;
    private final RunnerListenerDispatcher runnerListenerDispatcher;
    private final RunningTasks<S> runningTasks = new RunningTasks<>(this);

    /** Counts the incarnations of the stream; what started in an earlier one has no consequence. */
    private final AtomicInteger incarnations = new AtomicInteger();

    private volatile ProducerIdentity identity;
    private volatile long watermark;
    private volatile long newestActedOn;
    private volatile boolean abandoned;
    private volatile boolean closing;
    private volatile boolean halted;
    private volatile boolean readingStopped;

    public EffectRunner(
            Processor<S> processor,
            ProducerIdentity identity,
            RunnerOptions options,
            StateHolder<S> stateHolder,
            EffectQueue effectQueue,
            Appender appender,
            CauseLookup causeLookup,
            ConditionWaiters conditionWaiters,
            RunnerListenerDispatcher runnerListenerDispatcher) {
        this.processor = processor;
        this.identity = identity;
        this.options = options;
        this.stateHolder = stateHolder;
        this.effectQueue = effectQueue;
        this.appender = appender;
        this.causeLookup = causeLookup;
        this.conditionWaiters = conditionWaiters;
        this.runnerListenerDispatcher = runnerListenerDispatcher;
    }

    /** Another incarnation: cancels and forgets everything of the old one. */
    public void startOver() {
        incarnations.incrementAndGet();
        effectQueue.clear();
        runningTasks.cancelAll();
        appender.forgetOffsets();
        newestActedOn = 0;
    }

    public void setIdentity(ProducerIdentity newIdentity) {
        identity = newIdentity;
    }

    public void setWatermark(long offset) {
        watermark = offset;
    }

    /** The event was reduced; its effects are submitted. */
    public void actOn(Event event) {
        if (!(event.payload() instanceof MalformedPayload)) {
            newestActedOn = event.offset();
        }
        effectQueue.submit(new EventTask(stateHolder.state(), event));
    }

    public void caughtUp() {
        effectQueue.submit(new CaughtUpTask());
    }

    /** The reducer threw: stops the background tasks and appends {@code processor-halted}. */
    public CompletableFuture<AppendResult> recordHalt(Event event, Throwable thrown) {
        halted = true;
        runningTasks.stop();
        conditionWaiters.changed();
        return appenderFor(Optional.empty(), () -> false)
                .record(FailureEvents.halted(identity, event.offset(), thrown), event.offset());
    }

    /** No more events are reduced; effects continue. */
    public void stopReading() {
        readingStopped = true;
        conditionWaiters.changed();
    }

    /** The runner is stopping: failures from now on, and {@code onCaughtUp}, are left to the next run. */
    public void close() {
        closing = true;
        conditionWaiters.changed();
    }

    /** True if the effect at the head of the effect queue was left to the next run. */
    public boolean isAbandoned() {
        return abandoned;
    }

    public RunningTasks<S> runningTasks() {
        return runningTasks;
    }

    // ---- the tasks of the effect queue

    private abstract class CallTask implements EffectQueue.Task {
        final int begunIn = incarnations.get();
        private volatile @Nullable CausalAppender newest;

        PerCallEffects<S> effects(
                Optional<CausingOffset> because, long offset, int attempt, Map<String, RunningTasks<S>.Running> seen) {
            BooleanSupplier over = () -> incarnations.get() != begunIn;
            long known = Math.max(newestActedOn, appender.newestAppendedOffset());
            long head = Math.max(offset, Math.max(watermark, known));
            CausalAppender causalAppender = appenderFor(because, over);
            newest = causalAppender;
            Delivery delivery = new Delivery(head, head - offset, because.isPresent() && offset < watermark, attempt);
            return new PerCallEffects<>(
                    identity.path(),
                    causalAppender,
                    runningTasks,
                    EffectRunner.this,
                    runnerListenerDispatcher,
                    delivery,
                    new AtomicReference<>(seen),
                    over);
        }

        /**
         * An effect is not retried because of an append that was already sent {@link RunnerOptions#SENDS} times, or that
         * its token does not allow.
         */
        @Override
        public boolean mayRetry(Throwable thrown) {
            if (thrown instanceof StreamException refusal) {
                CausalAppender causalAppender = newest;
                boolean wasSent = causalAppender != null && refusal.isRetryable() && causalAppender.hasGivenUp(thrown);
                return !wasSent
                        && refusal.code() != StreamException.Code.FORBIDDEN
                        && refusal.code() != StreamException.Code.FENCED
                        && refusal.code() != StreamException.Code.PAUSED
                        && refusal.code() != StreamException.Code.CONFLICT;
            }
            return !(thrown instanceof CancellationException || thrown instanceof ChainLimitException);
        }

        @Override
        public CompletionStage<Void> failed(Throwable thrown, int tries) {
            return isLeftToTheNext(thrown) ? abandon() : abandonIfUnrecorded(recordFailure(thrown, tries));
        }

        abstract CompletableFuture<Void> recordFailure(Throwable thrown, int tries);
    }

    private final class EventTask extends CallTask {
        private final S state;
        private final Event event;

        EventTask(S state, Event event) {
            this.state = state;
            this.event = event;
        }

        @Override
        public OptionalLong offset() {
            return OptionalLong.of(event.offset());
        }

        @Override
        public CompletionStage<Void> run(int attempt) {
            Optional<CausingOffset> because = Optional.of(new CausingOffset(event.offset()));
            if (incarnations.get() == begunIn) {
                causeLookup.remember(event); // it may have been evicted while the task waited
            }
            if (event.payload() instanceof MalformedPayload malformed) {
                return Effects.done(appenderFor(because, () -> false)
                        .record(FailureEvents.malformed(identity, event.offset(), malformed), event.offset()));
            }
            options.failpoints().reach(Point.BEFORE_EFFECT);
            PerCallEffects<S> effects = effects(because, event.offset(), attempt, runningTasks.all());
            return runnerListenerDispatcher.calling(
                    EffectCall.Kind.AFTER_APPEND,
                    event.type(),
                    event.offset(),
                    attempt,
                    () -> processor.afterAppend(state, event, effects));
        }

        @Override
        CompletableFuture<Void> recordFailure(Throwable thrown, int tries) {
            EventDraft failureEvent =
                    FailureEvents.effectFailed(identity, event.offset(), thrown, tries, Optional.empty());
            return EffectRunner.this.recordFailure(event.offset(), failureEvent, thrown);
        }
    }

    /**
     * A call of {@code onCaughtUp} with the newest state. It first waits until this run has reduced its own appends. If
     * the intake itself waits for room in the effect queue, the task goes to the end of the queue instead. It does
     * nothing after the run has ended or the incarnation has changed.
     */
    private final class CaughtUpTask extends CallTask {
        @Override
        public OptionalLong offset() {
            return OptionalLong.empty();
        }

        @Override
        public CompletionStage<Void> run(int attempt) {
            long own = appender.newestOwnOffset();
            BooleanSupplier knowsOwn = () -> stateHolder.through() >= own || readingStopped;
            BooleanSupplier comes = () -> knowsOwn.getAsBoolean() || effectQueue.isFull() || isOver();
            if (comes.getAsBoolean()) {
                return callOrRequeue(knowsOwn, attempt);
            }
            return conditionWaiters
                    .when(comes)
                    .handle((come, ended) -> ended == null)
                    .thenComposeAsync(
                            come -> come
                                    ? EffectQueue.inside(() -> callOrRequeue(knowsOwn, attempt))
                                    : CompletableFuture.completedFuture(null),
                            options.executor());
        }

        private boolean isOver() {
            return closing || halted || incarnations.get() != begunIn;
        }

        private CompletionStage<Void> callOrRequeue(BooleanSupplier knowsOwn, int attempt) {
            if (isOver()) {
                return Effects.none();
            }
            if (!knowsOwn.getAsBoolean()) {
                effectQueue.submit(this);
                return Effects.none();
            }
            Map<String, RunningTasks<S>.Running> seen = runningTasks.all();
            StateHolder.Snapshot<S> now = stateHolder.now();
            if (now.through() < appender.newestOwnOffset() && !readingStopped) {
                return run(attempt); // a task that ended meanwhile has appended
            }
            PerCallEffects<S> effects = effects(Optional.empty(), now.through(), attempt, seen);
            return runnerListenerDispatcher.calling(
                    EffectCall.Kind.ON_CAUGHT_UP,
                    "on-caught-up",
                    now.through(),
                    attempt,
                    () -> processor.onCaughtUp(now.state(), effects));
        }

        @Override
        CompletableFuture<Void> recordFailure(Throwable thrown, int tries) {
            return recordFailureOfCall(Math.max(1, stateHolder.through()), thrown, tries, "on-caught-up");
        }
    }

    private boolean isLeftToTheNext(Throwable thrown) {
        return closing || FencedEventStreams.isFenced(thrown);
    }

    /** The task at the head of the effect queue stays unacknowledged; the next run repeats it. */
    private CompletableFuture<Void> abandon() {
        abandoned = true;
        conditionWaiters.changed();
        return new CompletableFuture<>();
    }

    /** A failure that could not be recorded because the runner is stopping stays unacknowledged. */
    private CompletableFuture<Void> abandonIfUnrecorded(CompletableFuture<Void> recording) {
        return recording
                .handle((nothing, lost) -> lost != null && isLeftToTheNext(Appender.unwrap(lost)))
                .thenCompose(left -> left ? abandon() : recording);
    }

    /**
     * Like {@link #recordFailure}, with a new key for each failure, because the same name can fail again for the same
     * reason.
     */
    private CompletableFuture<Void> recordFailureOfCall(long offset, Throwable thrown, int tries, String name) {
        String once = name + "~" + Long.toHexString(options.random().nextLong());
        return recordFailure(
                offset,
                FailureEvents.effectFailed(identity, offset, thrown, tries, Optional.of(name))
                        .named(once),
                thrown);
    }

    /** Records a failure as an event; then the effect queue continues. */
    private CompletableFuture<Void> recordFailure(long offset, EventDraft failureEvent, Throwable thrown) {
        return appenderFor(Optional.empty(), () -> false)
                .recordInsistently(failureEvent, offset)
                .thenAccept(appended -> LOG.log(
                        Level.WARNING,
                        () -> "effect of '" + identity.slug() + "' failed for good: " + identity.path() + "@" + offset
                                + "; " + FailureEvents.describe(thrown) + "; recorded at " + appended.offset()));
    }

    private CausalAppender appenderFor(Optional<CausingOffset> because, BooleanSupplier cancelled) {
        return new CausalAppender(identity, causeLookup, appender, because, cancelled);
    }

    @Override
    public CausalAppender appenderFor(CausingOffset causingOffset, BooleanSupplier cancelled) {
        return appenderFor(Optional.of(causingOffset), cancelled);
    }

    @Override
    public Executor executor() {
        return options.executor();
    }

    @Override
    public Timers timers() {
        return options.timers();
    }

    @Override
    public S current() {
        return stateHolder.state();
    }

    @Override
    public Optional<Fence> lease() {
        return options.fence();
    }

    @Override
    public CompletableFuture<List<Event>> read(ReadRange range, BooleanSupplier cancelled) {
        return appender.read(range, cancelled)
                .thenApply(events -> events.stream().map(stateHolder::decode).toList());
    }

    @Override
    public void failed(BackgroundTask<S> attempt, Throwable thrown) {
        if (isLeftToTheNext(thrown)) {
            return; // the next run sees from the log whether the work is still required
        }
        var unused = recordFailureOfCall(attempt.because().offset(), thrown, 1, attempt.name())
                .whenComplete((done, refused) -> {
                    if (refused != null) {
                        LOG.log(
                                Level.ERROR,
                                () -> "background task '" + attempt.name() + "' of " + identity
                                        + " failed, and that could not be recorded (" + refused + "): "
                                        + FailureEvents.describe(thrown));
                    }
                });
    }

    @Override
    public void changed() {
        conditionWaiters.changed();
    }
}
