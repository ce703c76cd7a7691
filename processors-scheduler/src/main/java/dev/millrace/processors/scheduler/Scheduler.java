package dev.millrace.processors.scheduler;

import dev.millrace.core.AppendResult;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventType;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.StreamException;
import dev.millrace.core.hosting.PayloadCheck;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.Timers;
import dev.millrace.processors.scheduler.ScheduleEvent.AppendScheduled;
import dev.millrace.processors.scheduler.ScheduleEvent.Cancelled;
import dev.millrace.processors.scheduler.ScheduleEvent.Configured;
import dev.millrace.processors.scheduler.ScheduleEvent.ExecutionFinished;
import dev.millrace.processors.scheduler.ScheduleEvent.ExecutionStarted;
import java.util.ArrayList;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/**
 * A processor that appends scheduled events to its stream: once at a time, once after a delay, at an interval, or by a
 * cron expression in UTC. docs/processors/scheduler.md shows the events.
 *
 * <p>The events of a run are stored once, also after a crash and with several schedulers on one stream: their
 * idempotency keys are computed from the configuring event, the due time and the number of earlier runs. Runs are
 * executed one after the other, ordered by due time, then by time of configuration. No run starts before its due time
 * on the clock of the {@code timers}, unless that clock is set backwards: then a delay or an interval passes as if it
 * had not been set, and a cron schedule continues with the next time that matches. If runs were missed, because no
 * scheduler was running or the stream was paused, one run is executed for all of them.
 *
 * <p>Thread-safe; all data is in the state.
 *
 * @since 0.1
 */
public final class Scheduler implements Processor<SchedulerState> {
    /** The slug, and the provider name on servers. */
    public static final String SLUG = "scheduler";

    private static final EventCatalog EVENTS = EventCatalog.of(ScheduleEvent.class);

    private static final EventType INVALID = EventType.of(StreamEvent.InvalidEventAppended.class);

    private final ScheduleTimer scheduleTimer;

    /** A scheduler that uses the clock of these timers. */
    public Scheduler(Timers timers) {
        this(timers, PayloadCheck.NONE);
    }

    /** A scheduler whose runs fail and append nothing if the host would refuse the event. */
    Scheduler(Timers timers, PayloadCheck payloads) {
        this.scheduleTimer = new ScheduleTimer(timers, payloads);
    }

    @Override
    public String slug() {
        return SLUG;
    }

    @Override
    public EventCatalog events() {
        return EVENTS;
    }

    @Override
    public SchedulerState initialState() {
        return SchedulerState.empty();
    }

    @Override
    public SchedulerState reduce(SchedulerState state, Event event) {
        if (event.payload() instanceof AppendScheduled asked) {
            Optional<Schedule> schedule = new ScheduleReader("schedule", new ArrayList<>()).read(asked.schedule());
            return schedule.map(times -> state.with(asked.slug(), ScheduleEntry.requested(asked, times, event)))
                    .orElse(state);
        }
        if (event.payload() instanceof Configured configured) {
            return configure(state, configured, event);
        }
        if (event.payload() instanceof Cancelled cancelled) {
            return state.without(cancelled.slug());
        }
        if (event.payload() instanceof ExecutionStarted started) {
            return running(state, started.slug(), IdempotencyKeys.because(IdempotencyKeys.STARTED, event))
                    .map(entry -> state.with(started.slug(), entry.started(started.startedAt())))
                    .orElse(state);
        }
        return event.payload() instanceof ExecutionFinished finished ? finish(state, finished, event) : state;
    }

    /** Ignores the {@code schedule/configured} for a request that was replaced or cancelled in between. */
    private static SchedulerState configure(SchedulerState state, Configured configured, Event event) {
        OptionalLong request = IdempotencyKeys.because(IdempotencyKeys.REWRITE, event);
        boolean stale = request.isPresent()
                && state.entry(configured.slug())
                        .filter(ScheduleEntry::awaitsRewrite)
                        .filter(entry -> entry.offset() == request.getAsLong())
                        .isEmpty();
        return stale ? state : state.with(configured.slug(), ScheduleEntry.configured(configured, event));
    }

    private static SchedulerState finish(SchedulerState state, ExecutionFinished finished, Event event) {
        String slug = finished.slug();
        return running(state, slug, IdempotencyKeys.because(IdempotencyKeys.FINISHED, event))
                .map(entry -> finished.nextRunAt()
                        .map(next -> state.with(slug, entry.finished(next)))
                        .orElseGet(() -> state.without(slug)))
                .orElse(state);
    }

    /** The schedule of a step; empty if the step belongs to a configuration that was replaced. */
    private static Optional<ScheduleEntry> running(SchedulerState state, String slug, OptionalLong configuredBy) {
        return state.entry(slug)
                .filter(entry ->
                        configuredBy.isEmpty() ? !entry.awaitsRewrite() : entry.offset() == configuredBy.getAsLong());
    }

    /** Puts a requested schedule in force; after any other schedule event, sets the alarm. */
    @Override
    public CompletionStage<Void> afterAppend(SchedulerState state, Event event, Effects<SchedulerState> effects) {
        if (!(event.payload() instanceof ScheduleEvent occurred)) {
            return Effects.none();
        }
        if (occurred instanceof AppendScheduled asked) {
            return effects.current()
                    .entry(asked.slug())
                    .filter(entry -> entry.awaitsRewrite() && entry.offset() == event.offset())
                    .map(entry -> rewrite(new ScheduledRun(asked.slug(), entry), effects))
                    .orElseGet(Effects::none);
        }
        scheduleTimer.arm(effects);
        return Effects.none();
    }

    /** Sets the alarm, and puts all schedules in force that are still only requested. */
    @Override
    public CompletionStage<Void> onCaughtUp(SchedulerState state, Effects<SchedulerState> effects) {
        scheduleTimer.arm(effects);
        CompletableFuture<Void> before = CompletableFuture.completedFuture(null);
        for (ScheduledRun request : effects.current().requests()) {
            before = before.thenCompose(nothing -> rewrite(request, effects));
        }
        return before;
    }

    /** If the service refuses the event, for example because it is too large, the schedule ends as failed. */
    private static CompletionStage<Void> rewrite(ScheduledRun request, Effects<SchedulerState> effects) {
        long offset = request.entry().offset();
        EventInput configured = EventInput.builder()
                .from(EventInput.of(request.entry().rewrite(request.slug())))
                .idempotencyKey(IdempotencyKeys.rewrite(effects.path(), offset))
                .build();
        return effects.append(EventDraft.of(configured).because(offset))
                .thenApply(Scheduler::stored)
                .exceptionallyCompose(failure -> isRefusal(failure)
                        ? effects.append(RunResult.permanentFailure(unwrap(failure))
                                .finished(request, effects.path(), Optional.empty()))
                        : CompletableFuture.failedFuture(failure))
                .thenApply(appended -> (Void) null);
    }

    /**
     * Checks that an event was stored under its own type.
     *
     * @throws IllegalArgumentException if it was stored as an invalid event
     */
    static AppendResult stored(AppendResult appended) {
        if (INVALID.matches(appended.event().type())) {
            throw new IllegalArgumentException("it was stored as an invalid event at offset " + appended.offset() + ": "
                    + appended.event().payloadJson().path("error").asText());
        }
        return appended;
    }

    /** Whether the service refused the append; otherwise the result is unknown and the append must be repeated. */
    static boolean isRefusal(Throwable failure) {
        Throwable cause = unwrap(failure);
        return cause instanceof IllegalArgumentException
                || (cause instanceof StreamException refused
                        && !refused.isRetryable()
                        && refused.code() != StreamException.Code.PAUSED);
    }

    static Throwable unwrap(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }
}
