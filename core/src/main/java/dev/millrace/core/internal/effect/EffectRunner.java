package dev.millrace.core.internal.effect;

import dev.millrace.core.AppendResult;
import dev.millrace.core.Event;
import dev.millrace.core.MalformedPayload;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import dev.millrace.core.internal.append.Appender;
import dev.millrace.core.internal.append.CausalAppender;
import dev.millrace.core.internal.append.CauseLookup;
import dev.millrace.core.internal.append.ProducerIdentity;
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
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a run does about what it has folded: effects in the lane, attempts beside it, and failures of both as events. Safe
 * for use by many threads.
 */
public final class EffectRunner<S> implements RunningTasks.Surroundings<S> {
    private static final System.Logger LOG = System.getLogger("dev.millrace.core.runner");

    private final Processor<S> processor;
    private final RunnerOptions options;
    private final StateHolder<S> fold;
    private final EffectQueue lane;
    private final Appender appender;
    private final CauseLookup causes;
    private final ConditionWaiters progression;
    private final RunnerListenerDispatcher notices;
    private final RunningTasks<S> attempts = new RunningTasks<>(this);

    /** Counts the lives of the stream; what was begun in an earlier one has no consequence. */
    private final AtomicInteger life = new AtomicInteger();

    private volatile ProducerIdentity identity;
    private volatile long watermark;
    private volatile long newestActedOn;
    private volatile boolean abandoned;
    private volatile boolean closing;
    private volatile boolean halted;
    private volatile boolean hearsNoMore;

    public EffectRunner(
            Processor<S> processor,
            ProducerIdentity identity,
            RunnerOptions options,
            StateHolder<S> fold,
            EffectQueue lane,
            Appender appender,
            CauseLookup causes,
            ConditionWaiters progression,
            RunnerListenerDispatcher notices) {
        this.processor = processor;
        this.identity = identity;
        this.options = options;
        this.fold = fold;
        this.lane = lane;
        this.appender = appender;
        this.causes = causes;
        this.progression = progression;
        this.notices = notices;
    }

    // ---- what the run tells

    /** The stream is another one than before: whatever runs, and whatever waits, is over. */
    public void startOver() {
        life.incrementAndGet();
        lane.clear();
        attempts.cancelAll();
        appender.forgetOffsets();
        newestActedOn = 0;
    }

    /** This is who acts from now on. */
    public void actAs(ProducerIdentity newIdentity) {
        identity = newIdentity;
    }

    /** The stream is known to reach this far. */
    public void reaches(long offset) {
        watermark = offset;
    }

    /** The event was folded, and its effects are to happen. */
    public void actOn(Event event) {
        if (!(event.payload() instanceof MalformedPayload)) {
            newestActedOn = event.offset();
        }
        lane.submit(new EventTask(fold.state(), event));
    }

    /** Everything up to the watermark was folded. */
    public void caughtUp() {
        lane.submit(new CaughtUpTask());
    }

    /** The reducer threw: nothing more is done, and the stream is told. */
    public CompletableFuture<AppendResult> halt(Event event, Throwable thrown) {
        halted = true;
        attempts.stop();
        progression.changed();
        return reactor(Optional.empty(), () -> false)
                .record(FailureEvents.halted(identity, event.offset(), thrown), event.offset());
    }

    /** Nothing more is folded, though effects go on. */
    public void hearsNoMore() {
        hearsNoMore = true;
        progression.changed();
    }

    /** The end has begun: what fails from now on is left to the next run, and so is a look at what is owed. */
    public void close() {
        closing = true;
        progression.changed();
    }

    /** Whether the effect at the head of the lane was left to the next run. */
    public boolean isAbandoned() {
        return abandoned;
    }

    public RunningTasks<S> attempts() {
        return attempts;
    }

    // ---- the tasks of the lane

    private final class EventTask implements EffectQueue.Task {
        private final int begunIn = life.get();
        private final S state;
        private final Event event;
        private volatile @Nullable CausalAppender newest;

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
            if (life.get() == begunIn) {
                causes.remember(event); // it may have waited for long
            }
            if (event.payload() instanceof MalformedPayload malformed) {
                return Effects.done(reactor(because, () -> false)
                        .record(FailureEvents.malformed(identity, event.offset(), malformed), event.offset()));
            }
            options.failpoints().reach(Point.BEFORE_EFFECT);
            PerCallEffects<S> effects = effects(because, event.offset(), attempt, begunIn);
            newest = effects.reactor();
            return notices.calling(
                    EffectCall.Kind.AFTER_APPEND,
                    event.type(),
                    event.offset(),
                    attempt,
                    () -> processor.afterAppend(state, event, effects));
        }

        @Override
        public boolean mayRetry(Throwable thrown) {
            return isWorthRetrying(thrown, newest);
        }

        @Override
        public CompletionStage<Void> failed(Throwable thrown, int tries) {
            return isLeftToTheNext(thrown)
                    ? abandon()
                    : orAbandoned(bury(
                            event.offset(),
                            FailureEvents.effectFailed(identity, event.offset(), thrown, tries, Optional.empty()),
                            thrown));
        }
    }

    /**
     * Looks at the newest state when its turn comes, because it decides what is owed. What this run appended before that
     * is part of it: the task waits until that was folded, and when the fold itself waits for room in the lane, goes to the end of the
     * lane. Once the run is over, or acts on another life of the stream, it looks at nothing.
     */
    private final class CaughtUpTask implements EffectQueue.Task {
        private final int begunIn = life.get();
        private volatile @Nullable CausalAppender newest;

        @Override
        public OptionalLong offset() {
            return OptionalLong.empty();
        }

        @Override
        public CompletionStage<Void> run(int attempt) {
            long own = appender.newestOwnOffset();
            BooleanSupplier knowsOwn = () -> fold.through() >= own || hearsNoMore;
            BooleanSupplier comes = () -> knowsOwn.getAsBoolean() || lane.isFull() || isOver();
            if (comes.getAsBoolean()) {
                return look(knowsOwn, attempt);
            }
            return progression
                    .when(comes)
                    .handle((come, ended) -> ended == null)
                    .thenComposeAsync(
                            come -> come
                                    ? EffectQueue.inside(() -> look(knowsOwn, attempt))
                                    : CompletableFuture.completedFuture(null),
                            options.executor());
        }

        private boolean isOver() {
            return closing || halted || life.get() != begunIn;
        }

        private CompletionStage<Void> look(BooleanSupplier knowsOwn, int attempt) {
            if (isOver()) {
                return Effects.none();
            }
            if (!knowsOwn.getAsBoolean()) {
                lane.submit(this);
                return Effects.none();
            }
            StateHolder.Snapshot<S> now = fold.now();
            PerCallEffects<S> effects = effects(Optional.empty(), now.through(), attempt, begunIn);
            newest = effects.reactor();
            return notices.calling(
                    EffectCall.Kind.ON_CAUGHT_UP,
                    "on-caught-up",
                    now.through(),
                    attempt,
                    () -> processor.onCaughtUp(now.state(), effects));
        }

        @Override
        public boolean mayRetry(Throwable thrown) {
            return isWorthRetrying(thrown, newest);
        }

        @Override
        public CompletionStage<Void> failed(Throwable thrown, int tries) {
            return isLeftToTheNext(thrown)
                    ? abandon()
                    : orAbandoned(buryNamed(Math.max(1, fold.through()), thrown, tries, "on-caught-up"));
        }
    }

    /** An append that failed was sent again often enough, and is not sent again because the effect is tried again. */
    private static boolean isWorthRetrying(Throwable thrown, @Nullable CausalAppender reactor) {
        boolean givenUp = thrown instanceof CancellationException
                || isFenced(thrown)
                || (reactor != null
                        && thrown instanceof StreamException refusal
                        && refusal.isRetryable()
                        && reactor.hasGivenUp(thrown));
        return !givenUp
                && !(thrown instanceof StreamException refusal && refusal.code() == StreamException.Code.PAUSED);
    }

    private static boolean isFenced(Throwable thrown) {
        return thrown instanceof StreamException refusal && refusal.code() == StreamException.Code.FENCED;
    }

    private boolean isLeftToTheNext(Throwable thrown) {
        return closing || isFenced(thrown);
    }

    /** What is at the head of the lane stays there: it is not acknowledged, and the next run does it again. */
    private CompletableFuture<Void> abandon() {
        abandoned = true;
        progression.changed();
        return new CompletableFuture<>();
    }

    /** What is not recorded because the end has begun is not acknowledged either. */
    private CompletableFuture<Void> orAbandoned(CompletableFuture<Void> burial) {
        return burial.handle((nothing, lost) -> lost != null && isLeftToTheNext(Appender.unwrap(lost)))
                .thenCompose(left -> left ? abandon() : burial);
    }

    /** As {@link #bury}. What has a name may fail again for the same reason, and that is another failure. */
    private CompletableFuture<Void> buryNamed(long offset, Throwable thrown, int tries, String name) {
        String once = name + "~" + Long.toHexString(options.random().nextLong());
        return bury(
                offset,
                FailureEvents.effectFailed(identity, offset, thrown, tries, Optional.of(name))
                        .named(once),
                thrown);
    }

    /** Records a failure as an event, so that it is not lost, and lets the lane go on. */
    private CompletableFuture<Void> bury(long offset, EventDraft letter, Throwable thrown) {
        return reactor(Optional.empty(), () -> false)
                .bury(letter, offset)
                .thenAccept(appended -> LOG.log(
                        Level.WARNING,
                        () -> "effect of '" + identity.slug() + "' failed for good: " + identity.path() + "@" + offset
                                + "; " + FailureEvents.describe(thrown) + "; recorded at " + appended.offset()));
    }

    private PerCallEffects<S> effects(Optional<CausingOffset> because, long offset, int attempt, int begunIn) {
        BooleanSupplier over = () -> life.get() != begunIn;
        long known = Math.max(newestActedOn, appender.newestNews());
        long head = Math.max(offset, Math.max(watermark, known));
        return new PerCallEffects<>(
                identity.path(),
                reactor(because, over),
                attempts,
                this,
                notices,
                new Delivery(head, head - offset, because.isPresent() && offset < watermark, attempt),
                over);
    }

    private CausalAppender reactor(Optional<CausingOffset> because, BooleanSupplier cancelled) {
        return new CausalAppender(identity, causes, appender, because, cancelled);
    }

    // ---- what attempts ask for

    @Override
    public CausalAppender reactor(CausingOffset because, BooleanSupplier cancelled) {
        return reactor(Optional.of(because), cancelled);
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
        return fold.state();
    }

    @Override
    public CompletableFuture<List<Event>> read(ReadRange range, BooleanSupplier cancelled) {
        return appender.read(range, cancelled)
                .thenApply(events -> events.stream().map(fold::decode).toList());
    }

    @Override
    public void failed(BackgroundTask<S> attempt, Throwable thrown) {
        if (isLeftToTheNext(thrown)) {
            return; // whether it is still owed, the next run sees in the log
        }
        buryNamed(attempt.because().offset(), thrown, 1, attempt.name()).whenComplete((done, refused) -> {
            if (refused != null) {
                LOG.log(
                        Level.ERROR,
                        () -> "attempt '" + attempt.name() + "' of '" + identity.slug() + "' on " + identity.path()
                                + " failed, and that could not be recorded (" + refused + "): "
                                + FailureEvents.describe(thrown));
            }
        });
    }

    @Override
    public void changed() {
        progression.changed();
    }
}
