package dev.millrace.core.processor;

import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.StreamPath;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A runner of {@link Obligations} of one kind: for each it appends a start event, does the work, and appends an outcome
 * event. Call {@link #pursue} from {@code afterAppend} and {@link #reconcile} from {@code onCaughtUp}, as often as you
 * like.
 *
 * <ul>
 *   <li>The work starts only after its start event is in the log, and only in the background task that appended that
 *       event. So two processes, or two tasks, never do the work of the same start.
 *   <li>An obligation has one outcome. All its outcomes have the same idempotency key: the first is stored, and a later
 *       append returns the stored one.
 *   <li>If an obligation was started and is no longer running: with {@link #once}, the {@code lost} event is appended,
 *       and a person or another processor decides what to do. With {@link #repeatable}, it is started again, a limited
 *       number of times.
 * </ul>
 *
 * <p>"No longer running" means: not running in this process. So let one process at a time run the processor ({@code
 * ProcessorRunner.Builder.exclusive}). Immutable, and safe for use by many threads.
 *
 * @param <S> the processor's state
 * @since 0.1
 */
public final class ObligationRunner<S> {
    /**
     * The work of an obligation.
     *
     * @param <S> the processor's state
     */
    public interface Work<S> {
        /**
         * Starts the work, after the start event is in the log.
         *
         * @return a stage with the outcome event: an object of a class with {@code @EventName}, or an {@link
         *     EventInput}. If the stage fails, the {@code lost} event is appended, because the work may have been done
         *     partly. If your code knows that nothing was done, complete the stage with an outcome event that says so
         */
        CompletionStage<?> begin(Obligation duty, BackgroundTask<S> attempt);
    }

    /**
     * One attempt to do an obligation that other programs may take too. The methods are called in this order, each once
     * at most.
     */
    public interface Attempt {
        /**
         * Makes the start event when the work may start.
         *
         * @return a stage with the start event: an object of a class with {@code @EventName}, or an {@link EventInput},
         *     whose idempotency key may be one that other programs use too; empty if the work is not started now, then
         *     nothing is appended. If the stage fails, the background task has failed
         */
        CompletionStage<? extends Optional<?>> start();

        /**
         * Decides whether the work is this attempt's, after its start event is in the log. The log up to there shows
         * whether another caller was first.
         *
         * @return a stage with false if not: then the work is not done, and no outcome is appended. If the stage fails,
         *     the {@code lost} event is appended
         */
        CompletionStage<Boolean> isOurs(Event started);

        /** Starts the work; as {@link Work#begin}. */
        CompletionStage<?> work();
    }

    /**
     * Makes the attempts.
     *
     * @param <S> the processor's state
     */
    public interface Attempts<S> {
        /**
         * Makes an attempt.
         *
         * @param path the processor's stream
         */
        Attempt of(Obligation duty, StreamPath path, BackgroundTask<S> task);
    }

    private final String name;
    private final Attempts<S> attempts;
    private final BiFunction<Obligation, String, Object> lost;
    private final int mostStarts;

    private ObligationRunner(
            int mostStarts, String name, Attempts<S> attempts, BiFunction<Obligation, String, Object> lost) {
        if (mostStarts < 1) {
            throw new IllegalArgumentException("mostStarts must be 1 or more, got " + mostStarts);
        }
        this.name = Objects.requireNonNull(name, "name");
        this.attempts = attempts;
        this.lost = Objects.requireNonNull(lost, "lost");
        this.mostStarts = mostStarts;
    }

    /**
     * Work that must not happen twice: it is never started again.
     *
     * @param name unique among the writers to the stream, like {@code mail/send}; it is part of keys, so never change
     *     it
     * @param start makes the start event
     * @param lost makes the event for an unknown outcome, from the obligation and the reason in words
     */
    public static <S> ObligationRunner<S> once(
            String name,
            Function<Obligation, Object> start,
            Work<S> work,
            BiFunction<Obligation, String, Object> lost) {
        return repeatable(1, name, start, work, lost);
    }

    /**
     * Work that may be repeated: if it was interrupted, it is started again. After {@code mostStarts} starts it is
     * lost. The other parameters are those of {@link #once}.
     *
     * @param mostStarts 1 or more
     */
    public static <S> ObligationRunner<S> repeatable(
            int mostStarts,
            String name,
            Function<Obligation, Object> start,
            Work<S> work,
            BiFunction<Obligation, String, Object> lost) {
        Objects.requireNonNull(start, "start");
        Objects.requireNonNull(work, "work");
        return new ObligationRunner<>(
                mostStarts, name, (duty, path, task) -> new Uncontended<>(duty, task, start, work), lost);
    }

    /**
     * Work that other programs may take too, under rules of its own: each attempt decides when it starts, and whether
     * the log says that it was the first. The other parameters are those of {@link #repeatable}.
     *
     * @param mostStarts 1 or more; 1 for work that must not happen twice
     */
    public static <S> ObligationRunner<S> contended(
            int mostStarts, String name, Attempts<S> attempts, BiFunction<Obligation, String, Object> lost) {
        return new ObligationRunner<>(mostStarts, name, Objects.requireNonNull(attempts, "attempts"), lost);
    }

    private record Uncontended<S>(
            Obligation duty, BackgroundTask<S> task, Function<Obligation, Object> startEvent, Work<S> body)
            implements Attempt {
        @Override
        public CompletionStage<Optional<Object>> start() {
            return CompletableFuture.completedFuture(Optional.of(startEvent.apply(duty)));
        }

        @Override
        public CompletionStage<Boolean> isOurs(Event started) {
            return CompletableFuture.completedFuture(true);
        }

        @Override
        public CompletionStage<?> work() {
            return body.begin(duty, task);
        }
    }

    /**
     * Starts the obligations that were never started. During catch-up it starts nothing, because a later event may show
     * that the work was started or settled; {@link #reconcile} starts it.
     */
    public void pursue(Obligations duties, Effects<S> effects) {
        if (!effects.delivery().catchingUp()) {
            duties.notStarted().forEach(duty -> begin(duty, effects));
        }
    }

    /** Does what {@link #pursue} does, and repeats or loses what was started and is no longer running. */
    public void reconcile(Obligations duties, Effects<S> effects) {
        pursue(duties, effects);
        for (Obligation duty : duties.inDoubt()) {
            if (effects.running(attemptOf(duty)).isPresent()) {
                continue;
            }
            if (duty.starts() < mostStarts) {
                begin(duty, effects);
            } else {
                giveUp(duty, effects, "it was started, and its process ended before it was settled");
            }
        }
    }

    private void begin(Obligation duty, Effects<S> effects) {
        if (duty.expiresAt().filter(moment -> !effects.now().isBefore(moment)).isPresent()) {
            giveUp(duty, effects, "it expired at " + duty.expiresAt().orElseThrow());
        } else {
            StreamPath path = effects.path();
            effects.launch(attemptOf(duty), Effects.because(duty.requestedAt()), task -> perform(duty, path, task));
        }
    }

    private void giveUp(Obligation duty, Effects<S> effects, String why) {
        effects.launch(
                attemptOf(duty),
                Effects.because(duty.requestedAt()),
                attempt -> attempt.append(outcome(duty, lost.apply(duty, why))));
    }

    private CompletionStage<?> perform(Obligation duty, StreamPath path, BackgroundTask<S> task) {
        Attempt attempt = attempts.of(duty, path, task);
        return attempt.start()
                .thenCompose(start -> start.isEmpty() ? Effects.none() : stake(duty, start.get(), attempt, task));
    }

    private CompletionStage<Void> stake(Obligation duty, Object start, Attempt attempt, BackgroundTask<S> task) {
        EventDraft begins = EventDraft.of(start).named(name + "/" + duty.id() + "/" + (duty.starts() + 1));
        return FirstWinsAppend.stake(task, begins)
                .thenCompose(mine -> mine.isPresent() ? settle(duty, mine.get(), attempt, task) : Effects.none());
    }

    private CompletionStage<Void> settle(Obligation duty, Event started, Attempt attempt, BackgroundTask<S> task) {
        return outcomeOf(duty, started, attempt)
                .exceptionally(
                        failure -> Optional.of(lost.apply(duty.startedOnceMore(), "it failed: " + unwrap(failure))))
                .thenCompose(result ->
                        result.isEmpty() ? Effects.none() : Effects.done(task.append(outcome(duty, result.get()))));
    }

    /** Does the work; empty if another caller does it. */
    private CompletionStage<Optional<Object>> outcomeOf(Obligation duty, Event started, Attempt attempt) {
        try {
            return attempt.isOurs(started)
                    .thenCompose(ours -> ours
                            ? attempt.work().thenApply(result -> Optional.of(required(duty, result)))
                            : CompletableFuture.completedFuture(Optional.empty()));
        } catch (RuntimeException thrown) {
            return CompletableFuture.failedFuture(thrown);
        }
    }

    private Object required(Obligation duty, @Nullable Object result) {
        return Objects.requireNonNull(
                result,
                "the work of '" + attemptOf(duty) + "' completed with null; complete its stage with the outcome event");
    }

    /** An outcome with the key of all outcomes of this obligation, so that the log keeps only the first. */
    private EventDraft outcome(Obligation duty, Object payload) {
        EventDraft draft = EventDraft.of(payload);
        EventInput keyed = EventInput.builder()
                .from(draft.input())
                .idempotencyKey(attemptOf(duty) + "@" + duty.requestedAt() + "/outcome")
                .build();
        return draft.with(keyed);
    }

    private String attemptOf(Obligation duty) {
        return name + "/" + duty.id();
    }

    private static Throwable unwrap(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
