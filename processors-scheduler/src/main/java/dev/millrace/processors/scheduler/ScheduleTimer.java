package dev.millrace.processors.scheduler;

import static java.util.Objects.requireNonNull;

import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.PayloadCheck;
import dev.millrace.core.processor.BackgroundTask;
import dev.millrace.core.processor.CausingOffset;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.runner.Timers;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/**
 * The timer of a stream's schedules: executes the runs that are due, and sets one timer for the next one. {@link #arm}
 * decides from the newest state, so it can be called at any time and from any thread.
 */
final class ScheduleTimer {
    /** Runs that end a pause have their own queue: in the other one, appends wait until the pause has ended. */
    private enum Queue {
        ORDINARY("run", "alarm"),
        RESUMING("resume", "resume-alarm");

        private final String run;
        private final String alarm;

        Queue(String run, String alarm) {
            this.run = run;
            this.alarm = alarm;
        }

        private static Queue of(ScheduledRun scheduledRun) {
            boolean first = ScheduledEvent.resumes(scheduledRun.entry().payloadJson())
                    && !(scheduledRun.entry().times().orElse(null) instanceof Schedule.Every);
            return first ? RESUMING : ORDINARY;
        }
    }

    private record Planned(ScheduledRun run, Instant at) {}

    private static final System.Logger LOG = System.getLogger("dev.millrace.processors.scheduler");

    /** The wait after runs that failed without a refusal by the service. */
    private static final Duration RETRY = Duration.ofSeconds(5);

    private final Timers timers;
    private final PayloadCheck payloads;

    /** The due times of the next runs of each stream, by {@link ScheduledRun#id()}. */
    private final Map<StreamPath, Map<String, RunDueTime>> dueTimesOf = new HashMap<>();

    ScheduleTimer(Timers timers, PayloadCheck payloads) {
        this.timers = timers;
        this.payloads = payloads;
    }

    /** Starts the runs that are due, or sets the timer for the next one. */
    void arm(Effects<SchedulerState> effects) {
        for (Queue queue : Queue.values()) {
            arm(queue, effects, Set.of());
        }
    }

    /** Does nothing while runs are in progress: this is called again after them. */
    private synchronized void arm(Queue queue, Effects<SchedulerState> effects, Set<String> made) {
        if (effects.running(queue.run).isPresent()) {
            return;
        }
        effects.running(queue.alarm).ifPresent(BackgroundTask::cancel);
        List<ScheduledRun> all = effects.current().ticks();
        Map<String, RunDueTime> dueTimes = dueTimes(effects.path(), all);
        Instant now = timers.now();
        Duration elapsed = timers.elapsed();
        List<Planned> plan = all.stream()
                .filter(run -> Queue.of(run) == queue && !made.contains(run.id()))
                .map(run ->
                        new Planned(run, requireNonNull(dueTimes.get(run.id())).onClock(now, elapsed)))
                .toList();
        List<ScheduledRun> due = plan.stream()
                .filter(planned -> !planned.at().isAfter(now))
                .map(Planned::run)
                .toList();
        if (!due.isEmpty()) {
            run(queue, effects, due);
        } else {
            plan.stream()
                    .min(Comparator.comparing(Planned::at))
                    .ifPresent(first -> effects.at(
                            first.at(), queue.alarm, because(first.run()), attempt -> armAgain(queue, effects)));
        }
    }

    /** The due times of a stream's runs; forgets those of runs that are over. */
    private Map<String, RunDueTime> dueTimes(StreamPath path, List<ScheduledRun> runs) {
        Map<String, RunDueTime> before = dueTimesOf.getOrDefault(path, Map.of());
        Map<String, RunDueTime> now = new HashMap<>();
        runs.forEach(run -> now.put(
                run.id(), Optional.ofNullable(before.get(run.id())).orElseGet(() -> RunDueTime.of(run, timers))));
        if (now.isEmpty()) {
            dueTimesOf.remove(path);
        } else {
            dueTimesOf.put(path, now);
        }
        return now;
    }

    private CompletionStage<Void> armAgain(Queue queue, Effects<SchedulerState> effects) {
        arm(queue, effects, Set.of());
        return Effects.none();
    }

    private static CausingOffset because(ScheduledRun scheduledRun) {
        return Effects.because(scheduledRun.entry().offset());
    }

    private void run(Queue queue, Effects<SchedulerState> effects, List<ScheduledRun> due) {
        CompletableFuture<Boolean> made = new CompletableFuture<>();
        BackgroundTask<SchedulerState> run =
                effects.launch(queue.run, because(due.get(0)), attempt -> make(attempt, effects, due, made));
        var unused = run.done().thenRun(() -> {
            if (run.isCancelled() || !made.isDone()) {
                return;
            }
            if (made.getNow(false)) {
                // The events of these runs may not be in the state yet; they will arm the alarm again.
                arm(queue, effects, due.stream().map(ScheduledRun::id).collect(Collectors.toUnmodifiableSet()));
            } else {
                retry(queue, effects, due.get(0));
            }
        });
    }

    private synchronized void retry(Queue queue, Effects<SchedulerState> effects, ScheduledRun scheduledRun) {
        effects.after(RETRY, queue.alarm, because(scheduledRun), attempt -> armAgain(queue, effects));
    }

    /** Never fails: a run that could not be executed stays due. */
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
                                () -> "scheduled run failed: " + effects.path() + ", schedule '"
                                        + due.get(0).slug() + "' or another one due at the same time; next try in "
                                        + RETRY,
                                failure);
                    }
                    return null;
                });
    }
}
