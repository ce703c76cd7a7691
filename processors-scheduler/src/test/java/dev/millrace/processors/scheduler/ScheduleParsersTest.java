package dev.millrace.processors.scheduler;

import static dev.millrace.contracts.text.HostileTexts.all;
import static dev.millrace.contracts.text.HostileTexts.around;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.contracts.text.LinearTimeCheck;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.hosting.PayloadCheck;
import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Schedules are read in a time that is linear in their length. */
class ScheduleParsersTest {
    @Test
    void should_read_a_schedule_in_linear_time() {
        LinearTimeCheck.of("cron", Cron::of).check(around("*/5 1-3,7 * jan-mar mon", "0 0 29 2 *"));
        Map.of("once-at", "at", "once-in", "delaySeconds", "cron", "cron", "9", "9")
                .forEach((kind, field) -> LinearTimeCheck.of(kind, text -> read(kind, field, text))
                        .check(around("2026-01-31T09:00:00+01:00", "5")));
    }

    private static void read(String kind, String field, String text) {
        JsonNode json = JsonCodec.toTree(Map.of("kind", kind, field, text));
        new ScheduleReader("schedule", new ArrayList<>()).read(json);
    }

    @Test
    void should_read_the_event_of_a_schedule_in_linear_time() {
        LinearTimeCheck.of(
                        "payloadJson",
                        text -> ScheduledEvent.of(Optional.of(TextNode.valueOf(text)), PayloadCheck.NONE))
                .check(around("{\"type\":\"t\",\"payload\":{\"a\":[1]},\"offset\":\"3\",\"idempotencyKey\":\"k\"}"));
        LinearTimeCheck.of(
                        "offset",
                        text -> new ScheduledEvent("event.", new ArrayList<>(), PayloadCheck.NONE)
                                .read(JsonCodec.toTree(Map.of("type", "t", "offset", text))))
                .check(all());
    }
}
