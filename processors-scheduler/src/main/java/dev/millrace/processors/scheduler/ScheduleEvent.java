package dev.millrace.processors.scheduler;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.EventName;
import dev.millrace.core.payload.NotBlank;
import java.util.Optional;

/**
 * The events of schedules, with times in whole seconds since the epoch. Immutable; do not change the JSON inside.
 *
 * @since 0.1
 */
public sealed interface ScheduleEvent {
    /**
     * Requests an append at a later time. The scheduler then appends {@link Configured}, which puts the schedule in
     * force.
     *
     * @param slug the name of the schedule; replaces a schedule with the same name
     * @param append the event to append, in the form in which a client posts it
     * @param schedule {@code {kind: once-at, at}}, {@code {kind: once-in, delaySeconds}}, {@code {kind: every,
     *     intervalSeconds}} or {@code {kind: cron, cron}}
     */
    @EventName(
            value = "https://events.iterate.com/events/stream/append-scheduled",
            aliases = "events.iterate.com/scheduling/append-scheduled")
    record AppendScheduled(@NotBlank String slug, ObjectNode append, ObjectNode schedule) implements ScheduleEvent {}

    /**
     * Puts a schedule in force, or replaces the one with the same slug.
     *
     * @param slug the name of the schedule
     * @param callback the action when it is due; must be {@code append}
     * @param payloadJson the event to append, as JSON text
     * @param schedule as in {@link AppendScheduled}
     * @param nextRunAt the first run; a past time is due immediately
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

    /** Ends the schedule with this slug; has no effect if there is none. */
    @EventName(
            value = "https://events.iterate.com/events/stream/schedule/cancelled",
            aliases = {"schedule-cancelled", "events.iterate.com/scheduling/schedule-cancelled"})
    record Cancelled(@NotBlank String slug) implements ScheduleEvent {}

    /** Records the start of a run of an interval schedule. */
    @EventName(
            value = "https://events.iterate.com/events/stream/schedule/internal/execution-started",
            aliases = {"schedule-execution-started", "events.iterate.com/scheduling/schedule-execution-started"})
    record ExecutionStarted(@NotBlank String slug, long startedAt) implements ScheduleEvent {}

    /**
     * Records the end of a run.
     *
     * @param slug the name of the schedule
     * @param outcome {@code succeeded} or {@code failed}
     * @param nextRunAt the next run; null ends the schedule
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
