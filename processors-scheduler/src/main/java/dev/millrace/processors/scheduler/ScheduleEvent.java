package dev.millrace.processors.scheduler;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.EventName;
import java.util.Optional;

/**
 * The events that schedules are made of. All times are whole seconds since the epoch. Immutable; the JSON inside is to
 * be treated as read-only.
 */
public sealed interface ScheduleEvent {
    /**
     * An append to be made later; the scheduler answers it with {@link Configured}.
     *
     * @param slug the name of the schedule; one of the same name is replaced
     * @param append the event to append, an object as it would be posted
     * @param schedule when: {@code {kind: once-at, at}}, {@code {kind: once-in, delaySeconds}}, {@code {kind: every,
     *     intervalSeconds}} or {@code {kind: cron, cron}}
     */
    @EventName("https://events.iterate.com/events/stream/append-scheduled")
    record AppendScheduled(String slug, JsonNode append, JsonNode schedule) implements ScheduleEvent {}

    /**
     * A schedule as it is in force, inserted or replaced by slug.
     *
     * @param slug its name
     * @param callback what to do when it is due; {@code append} is all there is
     * @param payloadJson the event to append, as JSON text
     * @param schedule as in {@link AppendScheduled}
     * @param nextRunAt when it is due first; what is past is due at once
     */
    @EventName("https://events.iterate.com/events/stream/schedule/configured")
    record Configured(String slug, String callback, Optional<JsonNode> payloadJson, JsonNode schedule, long nextRunAt)
            implements ScheduleEvent {}

    /**
     * The end of a schedule; means nothing when there is none of this name.
     *
     * @param slug its name
     */
    @EventName("https://events.iterate.com/events/stream/schedule/cancelled")
    record Cancelled(String slug) implements ScheduleEvent {}

    /**
     * A run of an interval schedule began.
     *
     * @param slug its name
     * @param startedAt when
     */
    @EventName("https://events.iterate.com/events/stream/schedule/internal/execution-started")
    record ExecutionStarted(String slug, long startedAt) implements ScheduleEvent {}

    /**
     * A run ended.
     *
     * @param slug the name of the schedule
     * @param outcome {@code succeeded} or {@code failed}
     * @param nextRunAt when it is due again; null ends the schedule
     */
    @EventName("https://events.iterate.com/events/stream/schedule/internal/execution-finished")
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record ExecutionFinished(String slug, String outcome, Optional<Long> nextRunAt) implements ScheduleEvent {}
}
