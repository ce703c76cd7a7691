package dev.millrace.processors.scheduler;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.EventName;
import dev.millrace.core.payload.NotBlank;
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
    @EventName(
            value = "https://events.iterate.com/events/stream/append-scheduled",
            aliases = "events.iterate.com/scheduling/append-scheduled")
    record AppendScheduled(@NotBlank String slug, ObjectNode append, ObjectNode schedule) implements ScheduleEvent {}

    /**
     * A schedule as it is in force, inserted or replaced by slug.
     *
     * @param slug its name
     * @param callback what to do when it is due; {@code append} is all there is
     * @param payloadJson the event to append, as JSON text
     * @param schedule as in {@link AppendScheduled}
     * @param nextRunAt when it is due first; what is past is due at once
     */
    @EventName(
            value = "https://events.iterate.com/events/stream/schedule/configured",
            aliases = {"schedule-configured", "events.iterate.com/scheduling/schedule-configured"})
    record Configured(
            @NotBlank String slug,
            @NotBlank String callback,
            Optional<JsonNode> payloadJson,
            ObjectNode schedule,
            long nextRunAt)
            implements ScheduleEvent {}

    /**
     * The end of a schedule; means nothing when there is none of this name.
     *
     * @param slug its name
     */
    @EventName(
            value = "https://events.iterate.com/events/stream/schedule/cancelled",
            aliases = {"schedule-cancelled", "events.iterate.com/scheduling/schedule-cancelled"})
    record Cancelled(@NotBlank String slug) implements ScheduleEvent {}

    /**
     * A run of an interval schedule began.
     *
     * @param slug its name
     * @param startedAt when
     */
    @EventName(
            value = "https://events.iterate.com/events/stream/schedule/internal/execution-started",
            aliases = {"schedule-execution-started", "events.iterate.com/scheduling/schedule-execution-started"})
    record ExecutionStarted(@NotBlank String slug, long startedAt) implements ScheduleEvent {}

    /**
     * A run ended.
     *
     * @param slug the name of the schedule
     * @param outcome {@code succeeded} or {@code failed}
     * @param nextRunAt when it is due again; null ends the schedule
     */
    @EventName(
            value = "https://events.iterate.com/events/stream/schedule/internal/execution-finished",
            aliases = {"schedule-execution-finished", "events.iterate.com/scheduling/schedule-execution-finished"})
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record ExecutionFinished(
            @NotBlank String slug,
            @NotBlank String outcome,
            @JsonProperty(required = true) Optional<Long> nextRunAt) implements ScheduleEvent {}
}
