package dev.millrace.core.runner;

import dev.millrace.core.Appended;
import dev.millrace.core.Event;
import dev.millrace.core.Malformed;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import dev.millrace.core.processor.Attempt;
import dev.millrace.core.processor.Because;
import dev.millrace.core.processor.Delivery;
import dev.millrace.core.processor.Draft;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.Failpoints.Point;
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
final class Acting<S> implements Attempts.Surroundings<S> {
    private static final System.Logger LOG = System.getLogger("dev.millrace.core.runner");

    private final Processor<S> processor;
    private final RunnerOptions options;
    private final Fold<S> fold;
    private final EffectLane lane;
    private final Appender appender;
    private final Causes causes;
    private final Progression progression;
    private final Notices notices;
    private final Attempts<S> attempts = new Attempts<>(this);

    /** Counts the lives of the stream; what was begun in an earlier one has no consequence. */
    private final AtomicInteger life = new AtomicInteger();

    private volatile Identity identity;
    private volatile long watermark;
    private volatile long newestActedOn;
    private volatile boolean abandoned;
    private volatile boolean closing;
    private volatile boolean halted;
    private volatile boolean hearsNoMore;

    Acting(
            Processor<S> processor,
            Identity identity,
            RunnerOptions options,
            Fold<S> fold,
            EffectLane lane,
            Appender appender,
            Causes causes,
            Progression progression,
            Notices notices) {
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
    void startOver() {
        life.incrementAndGet();
        lane.clear();
        attempts.cancelAll();
        appender.forgetOffsets();
        newestActedOn = 0;
    }

    /** This is who acts from now on. */
    void actAs(Identity newIdentity) {
        identity = newIdentity;
    }

    /** The stream is known to reach this far. */
    void reaches(long offset) {
        watermark = offset;
    }

    /** The event was folded, and its effects are to happen. */
    void actOn(Event event) {
        if (!(event.payload() instanceof Malformed)) {
            newestActedOn = event.offset();
        }
        lane.submit(new EventTask(fold.state(), event));
    }

    /** Everything up to the watermark was folded. */
    void caughtUp() {
        lane.submit(new CaughtUpTask());
    }

    /** The reducer threw: nothing more is done, and the stream is told. */
    CompletableFuture<Appended> halt(Event event, Throwable thrown) {
        halted = true;
        attempts.stop();
        progression.changed();
        return reactor(Optional.empty(), () -> false)
                .record(Diagnostics.halted(identity, event.offset(), thrown), event.offset());
    }

    /** Nothing more is folded, though effects go on. */
    void hearsNoMore() {
        hearsNoMore = true;
        progression.changed();
    }

    /** The end has begun: what fails from now on is left to the next run, and so is a look at what is owed. */
    void close() {
        closing = true;
        progression.changed();
    }

    /** Whether the effect at the head of the lane was left to the next run. */
    boolean isAbandoned() {
        return abandoned;
    }

    Attempts<S> attempts() {
        return attempts;
    }

    // ---- the tasks of the lane

    private final class EventTask implements EffectLane.Task {
        private final int begunIn = life.get();
        private final S state;
        private final Event event;
        private volatile @Nullable Reactor newest;

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
            Optional<Because> because = Optional.of(new Because(event.offset()));
            if (life.get() == begunIn) {
                causes.remember(event); // it may have waited for long
            }
            if (event.payload() instanceof Malformed malformed) {
                return Effects.done(reactor(because, () -> false)
                        .record(Diagnostics.malformed(identity, event.offset(), malformed), event.offset()));
            }
            options.failpoints().reach(Point.BEFORE_EFFECT);
            CallEffects<S> effects = effects(because, event.offset(), attempt, begunIn);
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
                            Diagnostics.effectFailed(identity, event.offset(), thrown, tries, Optional.empty()),
                            thrown));
        }
    }

    /**
     * Looks at the newest state when its turn comes, because it decides what is owed. What this run appended before that
     * is part of it: the task waits until that was folded, and when the fold itself waits for room in the lane, goes to the end of the
     * lane. Once the run is over, or acts on another life of the stream, it looks at nothing.
     */
    private final class CaughtUpTask implements EffectLane.Task {
        private final int begunIn = life.get();
        private volatile @Nullable Reactor newest;

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
                                    ? EffectLane.inside(() -> look(knowsOwn, attempt))
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
            Fold.Snapshot<S> now = fold.now();
            CallEffects<S> effects = effects(Optional.empty(), now.through(), attempt, begunIn);
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
    private static boolean isWorthRetrying(Throwable thrown, @Nullable Reactor reactor) {
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
                Diagnostics.effectFailed(identity, offset, thrown, tries, Optional.of(name))
                        .named(once),
                thrown);
    }

    /** Records a failure as an event, so that it is not lost, and lets the lane go on. */
    private CompletableFuture<Void> bury(long offset, Draft letter, Throwable thrown) {
        return reactor(Optional.empty(), () -> false)
                .bury(letter, offset)
                .thenAccept(appended -> LOG.log(
                        Level.WARNING,
                        () -> "effect of '" + identity.slug() + "' failed for good: " + identity.path() + "@" + offset
                                + "; " + Diagnostics.describe(thrown) + "; recorded at " + appended.offset()));
    }

    private CallEffects<S> effects(Optional<Because> because, long offset, int attempt, int begunIn) {
        BooleanSupplier over = () -> life.get() != begunIn;
        long known = Math.max(newestActedOn, appender.newestNews());
        long head = Math.max(offset, Math.max(watermark, known));
        return new CallEffects<>(
                identity.path(),
                reactor(because, over),
                attempts,
                this,
                notices,
                new Delivery(head, head - offset, because.isPresent() && offset < watermark, attempt),
                over);
    }

    private Reactor reactor(Optional<Because> because, BooleanSupplier cancelled) {
        return new Reactor(identity, causes, appender, because, cancelled);
    }

    // ---- what attempts ask for

    @Override
    public Reactor reactor(Because because, BooleanSupplier cancelled) {
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
    public void failed(Attempt<S> attempt, Throwable thrown) {
        if (isLeftToTheNext(thrown)) {
            return; // whether it is still owed, the next run sees in the log
        }
        buryNamed(attempt.because().offset(), thrown, 1, attempt.name()).whenComplete((done, refused) -> {
            if (refused != null) {
                LOG.log(
                        Level.ERROR,
                        () -> "attempt '" + attempt.name() + "' of '" + identity.slug() + "' on " + identity.path()
                                + " failed, and that could not be recorded (" + refused + "): "
                                + Diagnostics.describe(thrown));
            }
        });
    }

    @Override
    public void changed() {
        progression.changed();
    }
}
