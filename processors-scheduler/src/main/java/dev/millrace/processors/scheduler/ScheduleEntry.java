package dev.millrace.processors.scheduler;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import java.util.ArrayList;
import java.util.Optional;

/**
 * A schedule of a stream, as {@code GET state} shows it. Times are whole seconds since the epoch.
 *
 * @param callback the action when it is due; only {@link #APPEND} exists
 * @param payloadJson the event to append, as JSON text
 * @param schedule its times, in the form of the configuring event
 * @param nextRunAt when it is due next
 * @param executionCount the number of finished runs
 * @param running whether a run is in progress; only recorded for interval schedules
 * @param executionStartedAt the start of that run
 * @param createdAt when it was configured
 * @param offset the configuring event; part of the idempotency keys of all its appends
 * @param requested true until an {@code append-scheduled} is followed by its {@code schedule/configured}; else absent
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
record ScheduleEntry(
        String callback,
        Optional<JsonNode> payloadJson,
        ObjectNode schedule,
        long nextRunAt,
        long executionCount,
        boolean running,
        Optional<Long> executionStartedAt,
        long createdAt,
        long offset,
        @JsonInclude(JsonInclude.Include.NON_ABSENT) Optional<Boolean> requested) {
    static final String APPEND = "append";

    /** The entry for an {@code append-scheduled}, which is not in force yet. */
    static ScheduleEntry requested(ScheduleEvent.AppendScheduled asked, Schedule schedule, Event event) {
        JsonNode text = JsonNodeFactory.instance.textNode(JsonCodec.writeText(asked.append()));
        return new ScheduleEntry(
                APPEND,
                Optional.of(text),
                asked.schedule(),
                schedule.first(event.createdAt()),
                0,
                false,
                Optional.empty(),
                event.createdAt().getEpochSecond(),
                event.offset(),
                Optional.of(true));
    }

    /** The event that would put a request in force, if it were due at the epoch. */
    static ScheduleEvent.Configured record(ScheduleEvent.AppendScheduled asked) {
        JsonNode text = JsonNodeFactory.instance.textNode(JsonCodec.writeText(asked.append()));
        return new ScheduleEvent.Configured(asked.slug(), APPEND, Optional.of(text), asked.schedule(), 0);
    }

    static ScheduleEntry configured(ScheduleEvent.Configured configured, Event event) {
        return new ScheduleEntry(
                configured.callback(),
                configured.payloadJson(),
                configured.schedule(),
                configured.nextRunAt(),
                0,
                false,
                Optional.empty(),
                event.createdAt().getEpochSecond(),
                event.offset(),
                Optional.empty());
    }

    /** Whether it is not in force yet, because its {@code schedule/configured} is not in the log. */
    boolean awaitsRewrite() {
        return requested.isPresent();
    }

    /** The event that puts this entry in force. */
    ScheduleEvent.Configured rewrite(String slug) {
        return new ScheduleEvent.Configured(slug, callback, payloadJson, schedule, nextRunAt);
    }

    /** The parsed schedule; empty if it is invalid, which cannot happen for events that the server validated. */
    Optional<Schedule> times() {
        return new ScheduleReader("schedule", new ArrayList<>()).read(schedule);
    }

    ScheduleEntry started(long at) {
        return new ScheduleEntry(
                callback,
                payloadJson,
                schedule,
                nextRunAt,
                executionCount,
                true,
                Optional.of(at),
                createdAt,
                offset,
                requested);
    }

    ScheduleEntry finished(long next) {
        return new ScheduleEntry(
                callback,
                payloadJson,
                schedule,
                next,
                executionCount + 1,
                false,
                Optional.empty(),
                createdAt,
                offset,
                requested);
    }
}
