package dev.millrace.processors.scheduler;

import dev.millrace.core.hosting.PayloadCheck;
import dev.millrace.core.processor.BackgroundTask;
import dev.millrace.core.processor.CausingOffset;
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
final class ScheduleTimer {
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

        private static Queue of(ScheduledRun tick) {
            boolean first = ScheduledEvent.resumes(tick.entry().payloadJson())
                    && !(tick.entry().times().orElse(null) instanceof Schedule.Every);
            return first ? RESUMING : ORDINARY;
        }
    }

    private static final System.Logger LOG = System.getLogger("dev.millrace.processors.scheduler");

    /** After a run that could neither be made nor refused. */
    private static final Duration RETRY = Duration.ofSeconds(5);

    private final Timers timers;
    private final PayloadCheck payloads;

    ScheduleTimer(Timers timers, PayloadCheck payloads) {
        this.timers = timers;
        this.payloads = payloads;
    }

    /** Makes what is due, or waits for what is due next. */
    void arm(Effects<SchedulerState> effects) {
        for (Queue queue : Queue.values()) {
            arm(queue, effects, Set.of());
        }
    }

    /** Does nothing while runs are made: this is called again when they are done. */
    private synchronized void arm(Queue queue, Effects<SchedulerState> effects, Set<String> made) {
        if (effects.running(queue.run).isPresent()) {
            return;
        }
        effects.running(queue.alarm).ifPresent(BackgroundTask::cancel);
        List<ScheduledRun> ticks = effects.current().ticks().stream()
                .filter(tick -> Queue.of(tick) == queue && !made.contains(tick.id()))
                .toList();
        if (ticks.isEmpty()) {
            return;
        }
        Instant now = timers.now();
        ScheduledRun first = ticks.get(0);
        if (first.isDue(now)) {
            run(queue, effects, ticks.stream().filter(tick -> tick.isDue(now)).toList());
        } else {
            effects.at(first.dueAt(), queue.alarm, because(first), attempt -> armAgain(queue, effects));
        }
    }

    private CompletionStage<Void> armAgain(Queue queue, Effects<SchedulerState> effects) {
        arm(queue, effects, Set.of());
        return Effects.none();
    }

    private static CausingOffset because(ScheduledRun tick) {
        return Effects.because(tick.entry().offset());
    }

    private void run(Queue queue, Effects<SchedulerState> effects, List<ScheduledRun> due) {
        CompletableFuture<Boolean> made = new CompletableFuture<>();
        BackgroundTask<SchedulerState> run =
                effects.launch(queue.run, because(due.get(0)), attempt -> make(attempt, effects, due, made));
        run.done().thenRun(() -> {
            if (run.isCancelled() || !made.isDone()) {
                return;
            }
            if (made.getNow(false)) {
                // What these runs appended may not be folded yet; its own events will arm the alarm then.
                arm(queue, effects, due.stream().map(ScheduledRun::id).collect(Collectors.toUnmodifiableSet()));
            } else {
                retry(queue, effects, due.get(0));
            }
        });
    }

    private synchronized void retry(Queue queue, Effects<SchedulerState> effects, ScheduledRun tick) {
        effects.after(RETRY, queue.alarm, because(tick), attempt -> armAgain(queue, effects));
    }

    /** Never fails: what could not be made stays due. */
    private CompletionStage<Void> make(
            BackgroundTask<SchedulerState> attempt,
            Effects<SchedulerState> effects,
            List<ScheduledRun> due,
            CompletableFuture<Boolean> made) {
        return new ScheduledRunExecutor(timers, payloads, effects.path(), attempt)
                .all(due)
                .handle((nothing, failure) -> {
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
