package dev.millrace.processors.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.hosting.PayloadCheck;
import dev.millrace.processors.scheduler.ScheduleEvent.AppendScheduled;
import dev.millrace.processors.scheduler.ScheduleEvent.Configured;
import dev.millrace.processors.scheduler.ScheduleEvent.ExecutionFinished;
import dev.millrace.processors.scheduler.ScheduleEvent.ExecutionStarted;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** A validator for the payloads of schedule events: checks what the field types cannot. */
final class ScheduleRules {
    /** The last second of the year 9999. */
    private static final long LATEST = 253_402_300_799L;

    /**
     * The longest payload of a {@code schedule/configured}, in bytes of JSON: with its other fields, the event has the
     * 1 MiB that a server accepts by default.
     */
    static final int LONGEST_RECORD = (1 << 20) - (8 << 10);

    private ScheduleRules() {}

    static List<String> ofRequest(AppendScheduled asked, PayloadCheck host) {
        List<String> problems = new ArrayList<>();
        new ScheduledEvent("payload.append.", problems, host).read(asked.append());
        schedule(asked.schedule(), problems);
        size("payload.append", ScheduleEntry.record(asked), problems);
        return problems;
    }

    static List<String> ofConfiguration(Configured configured, PayloadCheck host) {
        List<String> problems = new ArrayList<>();
        configured
                .payloadJson()
                .filter(json -> !json.isTextual() && !json.isNull())
                .ifPresent(json ->
                        problems.add("payload.payloadJson: expected a string, got " + QuotedValues.describe(json)));
        schedule(configured.schedule(), problems);
        seconds("nextRunAt", configured.nextRunAt(), problems);
        size("payload.payloadJson", configured, problems);
        return problems;
    }

    static List<String> ofStart(ExecutionStarted started, PayloadCheck host) {
        List<String> problems = new ArrayList<>();
        seconds("startedAt", started.startedAt(), problems);
        return problems;
    }

    static List<String> ofEnd(ExecutionFinished finished, PayloadCheck host) {
        List<String> problems = new ArrayList<>();
        if (!finished.outcome().equals("succeeded") && !finished.outcome().equals("failed")) {
            JsonNode outcome = TextNode.valueOf(finished.outcome());
            problems.add("payload.outcome: expected 'succeeded' or 'failed', got " + QuotedValues.describe(outcome));
        }
        finished.nextRunAt().ifPresent(next -> seconds("nextRunAt", next, problems));
        return problems;
    }

    /** What a request may ask for is what its records may have, so its first run is held to the same bounds. */
    private static void schedule(ObjectNode json, List<String> problems) {
        new ScheduleReader("payload.schedule", problems)
                .read(json)
                .filter(Schedule.OnceAt.class::isInstance)
                .ifPresent(once -> seconds("schedule.at", once.first(Instant.EPOCH), problems));
    }

    /** A request is held to the size of its record, in which the event is a text and so longer. */
    private static void size(String field, Configured record, List<String> problems) {
        int size = JsonCodec.write(record).length;
        if (size > LONGEST_RECORD) {
            problems.add(field + ": expected an event that fits into a schedule/configured of at most " + LONGEST_RECORD
                    + " bytes of JSON, got " + size + "; schedule a shorter event");
        }
    }

    private static void seconds(String field, long value, List<String> problems) {
        if (value < 0 || value > LATEST) {
            problems.add(
                    "payload." + field + ": expected seconds since the epoch, from 0 to the year 9999, got " + value);
        }
    }
}
