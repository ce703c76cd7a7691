package dev.millrace.processors.scheduler;

import dev.millrace.core.EventInput;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.PayloadCheck;
import dev.millrace.core.processor.BackgroundTask;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.runner.Timers;
import dev.millrace.processors.scheduler.ScheduleEvent.ExecutionStarted;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * An executor of due runs, one after the other. Each step of a run has its own idempotency key. So if a run is executed
 * again from the start, only the missing steps are stored.
 */
final class ScheduledRunExecutor {
    private final Timers timers;
    private final PayloadCheck payloads;
    private final StreamPath path;
    private final BackgroundTask<SchedulerState> attempt;

    ScheduledRunExecutor(
            Timers timers, PayloadCheck payloads, StreamPath path, BackgroundTask<SchedulerState> attempt) {
        this.timers = timers;
        this.payloads = payloads;
        this.path = path;
        this.attempt = attempt;
    }

    /** Executes the runs in this order; stops with the first failure that is not a refusal by the service. */
    CompletableFuture<Void> all(List<ScheduledRun> due) {
        CompletableFuture<Void> before = CompletableFuture.completedFuture(null);
        for (ScheduledRun scheduledRun : due) {
            before = before.thenCompose(nothing -> ifStillValid(scheduledRun, () -> one(scheduledRun)));
        }
        return before;
    }

    /** A caller can cancel or replace the schedule at any time, also between two steps. */
    private CompletionStage<Void> ifStillValid(ScheduledRun scheduledRun, Supplier<CompletionStage<Void>> step) {
        return scheduledRun.isValidIn(attempt.current()) ? step.get() : Effects.none();
    }

    private CompletionStage<Void> one(ScheduledRun scheduledRun) {
        Optional<Schedule> schedule = scheduledRun.entry().times();
        return start(scheduledRun, schedule)
                .thenCompose(startedAt -> ifStillValid(
                        scheduledRun,
                        () -> append(scheduledRun, schedule)
                                .thenCompose(runResult -> finish(scheduledRun, schedule, startedAt, runResult))));
    }

    /** The start of the run; for an interval schedule it is recorded in the log. */
    private CompletableFuture<Long> start(ScheduledRun scheduledRun, Optional<Schedule> schedule) {
        long now = Math.max(now(), scheduledRun.entry().nextRunAt());
        if (schedule.filter(Schedule.Every.class::isInstance).isEmpty()) {
            return CompletableFuture.completedFuture(now);
        }
        EventInput started = EventInput.builder()
                .from(EventInput.of(new ExecutionStarted(scheduledRun.slug(), now)))
                .idempotencyKey(scheduledRun.key(IdempotencyKeys.STARTED, path))
                .build();
        return attempt.append(
                        EventDraft.of(started).because(scheduledRun.entry().offset()))
                .thenApply(appended ->
                        appended.event().payloadJson().path("startedAt").asLong(now));
    }

    private CompletableFuture<RunResult> append(ScheduledRun scheduledRun, Optional<Schedule> schedule) {
        EventInput target;
        try {
            target = target(scheduledRun, schedule);
        } catch (IllegalArgumentException unusable) {
            return CompletableFuture.completedFuture(RunResult.permanentFailure(unusable));
        }
        return attempt.append(EventDraft.of(target).because(scheduledRun.entry().offset()))
                .thenApply(Scheduler::stored)
                .thenApply(appended -> RunResult.SUCCEEDED)
                .exceptionallyCompose(failure -> Scheduler.isRefusal(failure)
                        ? CompletableFuture.completedFuture(RunResult.failed(Scheduler.unwrap(failure)))
                        : CompletableFuture.failedFuture(failure));
    }

    /** A schedule that runs once uses the idempotency key of the user; a repeated one adds the due time to it. */
    private EventInput target(ScheduledRun scheduledRun, Optional<Schedule> schedule) {
        if (!scheduledRun.entry().callback().equals(ScheduleEntry.APPEND)) {
            throw new IllegalArgumentException("callback: expected '" + ScheduleEntry.APPEND + "', got '"
                    + scheduledRun.entry().callback() + "'");
        }
        if (schedule.isEmpty()) {
            throw new IllegalArgumentException("schedule: expected one of the known kinds, got "
                    + QuotedValues.describe(scheduledRun.entry().schedule()));
        }
        EventInput target = ScheduledEvent.of(scheduledRun.entry().payloadJson(), payloads);
        Optional<String> given = target.idempotencyKey();
        if (given.isPresent() && !schedule.get().recurs()) {
            return target;
        }
        return EventInput.builder()
                .from(target)
                .idempotencyKey(
                        given.map(key -> key + ":" + scheduledRun.entry().nextRunAt())
                                .orElseGet(() -> scheduledRun.key(IdempotencyKeys.TARGET, path)))
                .build();
    }

    private CompletionStage<Void> finish(
            ScheduledRun scheduledRun, Optional<Schedule> schedule, long startedAt, RunResult runResult) {
        ScheduleEntry entry = scheduledRun.entry();
        Schedule.Run run = new Schedule.Run(
                Math.max(entry.nextRunAt(), entry.createdAt()), startedAt, Math.max(now(), entry.nextRunAt()));
        Optional<Schedule.Next> next = schedule.flatMap(times -> times.next(run));
        return Effects.done(attempt.append(runResult.finished(scheduledRun, path, next)));
    }

    private long now() {
        return timers.now().getEpochSecond();
    }
}
