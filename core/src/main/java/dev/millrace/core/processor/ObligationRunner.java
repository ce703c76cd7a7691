package dev.millrace.core.processor;

import dev.millrace.core.EventInput;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * How the {@link Obligations} of one kind are met: each is started by an event, done, and settled by an event. Call {@link
 * #pursue} from {@code afterAppend} and {@link #reconcile} from {@code onCaughtUp}, as often as you like.
 *
 * <ul>
 *   <li>The work begins only after its start is in the log, and only for whoever appended that start: two processes, or
 *       two attempts, do not begin the same start twice.
 *   <li>An obligation has one outcome. All its outcomes share an idempotency key, so the first one is stored, and who
 *       comes later gets that one back.
 *   <li>What was started by a process that is gone is lost when it is {@linkplain #once not repeatable}: that is said by an
 *       event, and a person or a processor decides. When it is repeatable it is started again, a limited number of times.
 * </ul>
 *
 * <p>"Gone" means: not running here, so let one process at a time run the processor ({@code
 * ProcessorRunner.Builder.exclusive}). Immutable, and safe for use by
 * many threads.
 *
 * @param <S> the processor's state
 */
public final class ObligationRunner<S> {
    /**
     * Does what is owed.
     *
     * @param <S> the processor's state
     */
    public interface Work<S> {
        /**
         * Begins; runs after the start is in the log.
         *
         * @return a stage of the outcome: an object of a class with {@code @EventName}, or an {@link EventInput}. A stage
         *     that fails is lost: only the work itself can know that nothing has happened, and then returns that as outcome
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
     * Work that must not happen twice: what may have happened is not tried again.
     *
     * @param name unique among what writes to the stream, like {@code mail/send}; part of keys, so it stays as it is
     * @param start the event that says that it begins
     * @param work the work
     * @param lost the event that says that nobody knows what came of it, and why in words
     */
    public static <S> ObligationRunner<S> once(
            String name,
            Function<Obligation, Object> start,
            Work<S> work,
            BiFunction<Obligation, String, Object> lost) {
        return new ObligationRunner<>(name, start, work, lost, 1);
    }

    /**
     * Work that may be repeated: what was interrupted is started again, and lost only after so many starts.
     *
     * @param mostStarts 1 or more
     * @param name as in {@link #once}
     * @param start as there
     * @param work as there
     * @param lost as there
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
     * Begins what is owed and not begun. While the runner is catching up it begins nothing: what looks owed as of an old event may
     * have been started, and settled, by a process that is gone, and {@link #reconcile} will know.
     */
    public void pursue(Obligations duties, Effects<S> effects) {
        if (!effects.delivery().catchingUp()) {
            duties.owed().forEach(duty -> begin(duty, effects));
        }
    }

    /** Begins what is owed, and repeats or gives up what was started and runs no more. */
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
        return doing(duty, attempt)
                .<Object>handle((result, failure) -> failure == null
                        ? Objects.requireNonNull(result, "the work of an obligation returned no outcome")
                        : lost.apply(duty, "it failed: " + unwrap(failure)))
                .thenCompose(result -> Effects.done(attempt.append(outcome(duty, result))));
    }

    private CompletionStage<?> doing(Obligation duty, BackgroundTask<S> attempt) {
        try {
            return work.begin(duty, attempt);
        } catch (RuntimeException thrown) {
            return CompletableFuture.failedFuture(thrown);
        }
    }

    /** One key for every outcome, so that the log decides which it was. */
    private EventDraft outcome(Obligation duty, Object payload) {
        EventDraft draft = EventDraft.of(payload);
        EventInput keyed = EventInput.builder()
                .from(draft.input())
                .idempotencyKey(attemptOf(duty) + "@" + duty.requestedAt() + "/outcome")
                .build();
        return new EventDraft(keyed, draft.to(), draft.name(), draft.because());
    }

    private String attemptOf(Obligation duty) {
        return name + "/" + duty.id();
    }

    private static Throwable unwrap(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
