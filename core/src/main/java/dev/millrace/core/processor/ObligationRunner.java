package dev.millrace.core.processor;

import dev.millrace.core.EventInput;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;

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

    private final String name;
    private final Function<Obligation, Object> start;
    private final Work<S> work;
    private final BiFunction<Obligation, String, Object> lost;
    private final int mostStarts;

    private ObligationRunner(
            String name,
            Function<Obligation, Object> start,
            Work<S> work,
            BiFunction<Obligation, String, Object> lost,
            int mostStarts) {
        this.name = Objects.requireNonNull(name, "name");
        this.start = Objects.requireNonNull(start, "start");
        this.work = Objects.requireNonNull(work, "work");
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
        return new ObligationRunner<>(name, start, work, lost, 1);
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
        if (mostStarts < 1) {
            throw new IllegalArgumentException("mostStarts must be 1 or more, got " + mostStarts);
        }
        return new ObligationRunner<>(name, start, work, lost, mostStarts);
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
            effects.launch(attemptOf(duty), Effects.because(duty.requestedAt()), attempt -> perform(duty, attempt));
        }
    }

    private void giveUp(Obligation duty, Effects<S> effects, String why) {
        effects.launch(
                attemptOf(duty),
                Effects.because(duty.requestedAt()),
                attempt -> attempt.append(outcome(duty, lost.apply(duty, why))));
    }

    private CompletionStage<?> perform(Obligation duty, BackgroundTask<S> attempt) {
        EventDraft begins = EventDraft.of(start.apply(duty)).named(name + "/" + duty.id() + "/" + (duty.starts() + 1));
        return FirstWinsAppend.stake(attempt, begins)
                .thenCompose(mine -> mine.isPresent() ? settle(duty, attempt) : Effects.none());
    }

    private CompletionStage<Void> settle(Obligation duty, BackgroundTask<S> attempt) {
        return startWork(duty, attempt)
                .<Object>handle((result, failure) -> failure == null
                        ? Objects.requireNonNull(
                                result,
                                "the work of '" + attemptOf(duty)
                                        + "' completed with null; complete its stage with the outcome event")
                        : lost.apply(duty, "it failed: " + unwrap(failure)))
                .thenCompose(result -> Effects.done(attempt.append(outcome(duty, result))));
    }

    private CompletionStage<?> startWork(Obligation duty, BackgroundTask<S> attempt) {
        try {
            return work.begin(duty, attempt);
        } catch (RuntimeException thrown) {
            return CompletableFuture.failedFuture(thrown);
        }
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
