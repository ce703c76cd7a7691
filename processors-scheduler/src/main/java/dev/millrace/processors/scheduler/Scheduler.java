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
 * Appends events to its stream when their time has come: once at a time, once after a while, at an interval, or by a cron
 * expression in UTC. docs/processors/scheduler.md shows the events.
 *
 * <p>Every run that is due is made once, whatever crashes in between and however many schedulers look after the stream:
 * what a run appends has an idempotency key made of the configuring event, the time it is due and the runs before it.
 * Runs are made one after the other, ordered by the time they are due and the time they were configured. Nothing is
 * appended before its time by {@code timers}; runs missed while nobody looked, or while the stream was paused, are made
 * up for by one.
 *
 * <p>Stateless apart from a lock, and safe for use by many threads.
 */
public final class Scheduler implements Processor<SchedulerState> {
    /** The slug, and the name under which servers know it. */
    public static final String SLUG = "scheduler";

    private static final EventCatalog EVENTS = EventCatalog.of(ScheduleEvent.class);

    private static final EventType INVALID = EventType.of(StreamEvent.InvalidEventAppended.class);

    private final ScheduleTimer alarm;

    /** A scheduler by this clock. */
    public Scheduler(Timers timers) {
        this(timers, PayloadCheck.NONE);
    }

    /** A scheduler whose runs fail, and append nothing, if the host would refuse the event. */
    Scheduler(Timers timers, PayloadCheck payloads) {
        this.alarm = new ScheduleTimer(timers, payloads);
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

    /** A rewrite counts only as long as what it rewrites stands: it may have been replaced or cancelled in between. */
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

    /** The schedule that a step is about; none when the step belongs to a configuration that was replaced since. */
    private static Optional<ScheduleEntry> running(SchedulerState state, String slug, OptionalLong configuredBy) {
        return state.entry(slug)
                .filter(entry ->
                        configuredBy.isEmpty() ? !entry.awaitsRewrite() : entry.offset() == configuredBy.getAsLong());
    }

    /** Puts in force what this event asks for, and sets the alarm by what is due next. */
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
        alarm.arm(effects);
        return Effects.none();
    }

    /** Puts in force what was asked for and not answered, and sets the alarm by what is due next. */
    @Override
    public CompletionStage<Void> onCaughtUp(SchedulerState state, Effects<SchedulerState> effects) {
        alarm.arm(effects);
        CompletableFuture<Void> before = CompletableFuture.completedFuture(null);
        for (ScheduledRun request : effects.current().requests()) {
            before = before.thenCompose(nothing -> rewrite(request, effects));
        }
        return before;
    }

    /** What cannot be put in force, because it is too large say, has failed; everything else is tried again. */
    private static CompletionStage<Void> rewrite(ScheduledRun request, Effects<SchedulerState> effects) {
        long offset = request.entry().offset();
        EventInput configured = EventInput.builder()
                .from(EventInput.of(request.entry().rewrite(request.slug())))
                .idempotencyKey(IdempotencyKeys.rewrite(effects.path(), offset))
                .build();
        return effects.append(EventDraft.of(configured).because(offset))
                .thenApply(Scheduler::stored)
                .exceptionallyCompose(failure -> {
                    if (!isRefusal(failure)) {
                        return CompletableFuture.failedFuture(failure);
                    }
                    return effects.append(
                            RunResult.hopeless(unwrap(failure)).finished(request, effects.path(), Optional.empty()));
                })
                .thenApply(appended -> (Void) null);
    }

    /**
     * The answer to an append, if it was stored as what it was.
     *
     * @throws IllegalArgumentException when it was kept as an invalid event
     */
    static AppendResult stored(AppendResult appended) {
        if (INVALID.matches(appended.event().type())) {
            throw new IllegalArgumentException("it was kept as an invalid event at " + appended.offset() + ": "
                    + appended.event().payloadJson().path("error").asText());
        }
        return appended;
    }

    /** Whether a failure is an answer; otherwise nobody can tell, and the same append is to be made again. */
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
