package dev.millrace.processors.scheduler;

import dev.millrace.core.processor.Attempt;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.runner.Timers;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/**
 * Sees to it that runs are made when they are due: of a stream one timer is set, for the next of them. Arming it is
 * level-triggered and may be done at any time from any thread; the lock makes whoever comes last decide by the newest
 * state.
 */
final class Alarm {
    /**
     * Two queues, because a pause holds up whatever waits for an append: what ends the pause must not queue behind it.
     */
    private enum Queue {
        ORDINARY("run", "alarm"),
        RESUMING("resume", "resume-alarm");

        private final String run;
        private final String alarm;

        Queue(String run, String alarm) {
            this.run = run;
            this.alarm = alarm;
        }

        private static Queue of(Tick tick) {
            boolean first = Target.resumes(tick.entry().payloadJson())
                    && !(tick.entry().times().orElse(null) instanceof Schedule.Every);
            return first ? RESUMING : ORDINARY;
        }
    }

    private static final System.Logger LOG = System.getLogger("dev.millrace.processors.scheduler");

    /** Timers measure time that stands still while a machine sleeps, so the clock is looked at this often. */
    private static final Duration LONGEST_WAIT = Duration.ofMinutes(1);

    private static final Duration TOLERANCE = Duration.ofSeconds(1);

    /** After a run that could neither be made nor refused. */
    private static final Duration RETRY = Duration.ofSeconds(5);

    private final Scheduler scheduler;
    private final Timers timers;

    Alarm(Scheduler scheduler, Timers timers) {
        this.scheduler = scheduler;
        this.timers = timers;
    }

    /** Makes what is due, or waits for what is due next. */
    void arm(Effects effects) {
        for (Queue queue : Queue.values()) {
            arm(queue, effects, Set.of());
        }
    }

    /** While runs are made nothing is to be done: whoever makes them comes back here. */
    private synchronized void arm(Queue queue, Effects effects, Set<String> made) {
        boolean set = effects.running(queue.run).isPresent();
        while (!set) {
            effects.running(queue.alarm).ifPresent(Attempt::cancel);
            List<Tick> ticks = effects.current(scheduler).ticks().stream()
                    .filter(tick -> Queue.of(tick) == queue && !made.contains(tick.id()))
                    .toList();
            Instant now = timers.now();
            set = ticks.isEmpty() || set(queue, effects, ticks, now);
        }
    }

    /** False when the clock went on meanwhile by so much that the timer, which cannot know that, may be late. */
    private boolean set(Queue queue, Effects effects, List<Tick> ticks, Instant now) {
        Tick first = ticks.get(0);
        Duration wait = first.until(now);
        if (wait.isZero()) {
            run(
                    queue,
                    effects,
                    ticks.stream().filter(tick -> tick.until(now).isZero()).toList());
            return true;
        }
        await(queue, effects, first, wait.compareTo(LONGEST_WAIT) < 0 ? wait : LONGEST_WAIT);
        return Duration.between(now, timers.now()).compareTo(TOLERANCE) < 0;
    }

    private synchronized void await(Queue queue, Effects effects, Tick first, Duration wait) {
        effects.after(wait, queue.alarm, Effects.because(first.entry().offset()), attempt -> {
            arm(queue, effects, Set.of());
            return Effects.none();
        });
    }

    private void run(Queue queue, Effects effects, List<Tick> due) {
        CompletableFuture<Boolean> made = new CompletableFuture<>();
        Attempt run = effects.launch(
                queue.run, Effects.because(due.get(0).entry().offset()), attempt -> make(attempt, effects, due, made));
        run.done().thenRun(() -> {
            if (run.isCancelled() || !made.isDone()) {
                return;
            }
            if (made.getNow(false)) {
                // What these runs appended may not be folded yet; its own events will arm the alarm then.
                arm(queue, effects, due.stream().map(Tick::id).collect(Collectors.toUnmodifiableSet()));
            } else {
                await(queue, effects, due.get(0), RETRY);
            }
        });
    }

    /** Never fails: what could not be made stays due. */
    private CompletionStage<Void> make(
            Attempt attempt, Effects effects, List<Tick> due, CompletableFuture<Boolean> made) {
        return new TickRun(scheduler, timers, effects.path(), attempt).all(due).handle((nothing, failure) -> {
            made.complete(failure == null);
            if (failure != null && !(Scheduler.unwrap(failure) instanceof CancellationException)) {
                LOG.log(
                        Level.WARNING,
                        () -> "a scheduled run could not be made: " + effects.path() + ", schedule '"
                                + due.get(0).slug() + "' or one due with it; trying again in " + RETRY,
                        failure);
            }
            return null;
        });
    }
}
