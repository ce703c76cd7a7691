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
 * One schedule of a stream, as {@code GET state} shows it. Times are whole seconds since the epoch.
 *
 * @param callback what to do when it is due
 * @param payloadJson the event to append, as JSON text
 * @param schedule when, as it was written
 * @param nextRunAt when it is due
 * @param executionCount how often it ran
 * @param running whether a run is under way; only interval schedules say so
 * @param executionStartedAt since when
 * @param createdAt when it was configured
 * @param offset the event that made it so; the anchor of the keys of everything appended because of it
 * @param requested true as long as the {@code schedule/configured} for an {@code append-scheduled} is owed; else absent
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
    /** The only thing a schedule can do. */
    static final String APPEND = "append";

    /** What an {@code append-scheduled} asks for. */
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

    /** Whether it is not in force yet, because its {@code schedule/configured} is owed. */
    boolean awaitsRewrite() {
        return requested.isPresent();
    }

    /** The event that puts it in force. */
    ScheduleEvent.Configured rewrite(String slug) {
        return new ScheduleEvent.Configured(slug, callback, payloadJson, schedule, nextRunAt);
    }

    /** When it is due; empty when that cannot be read, which validated events never come to. */
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
