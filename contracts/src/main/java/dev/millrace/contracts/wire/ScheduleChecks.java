package dev.millrace.contracts.wire;

import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.BuiltInType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Checks of the scheduler, in real time, over HTTP.
 *
 * @since 0.1
 */
public abstract class ScheduleChecks extends WireChecks {
    static final Duration QUIET = Duration.ofSeconds(2);
    /** In seconds. If the machine is too slow for one of them, the next one is tried. */
    private static final List<Integer> DELAYS = List.of(2, 4, 8, 16, 32);

    static final String[] ONE_SHOT = {"initialized", "append-scheduled", "configured", "target", "execution-finished"};

    @Test
    void check_62_a_delay_fires_once() {
        String stream = freshStream();
        schedule(stream, "one", "target", onceIn(1));

        millrace.awaitTypes(stream, QUIET, ONE_SHOT);
        JsonNode finished = millrace.history(stream).events().get(4).path("payload");
        assertThat(finished.path("slug").textValue()).isEqualTo("one");
        assertThat(finished.path("outcome").textValue()).isEqualTo("succeeded");
        assertThat(finished.path("nextRunAt").isNull()).isTrue();
    }

    @Test
    void check_63_a_cancelled_delay_does_not_fire() {
        assertThat(DELAYS.stream().anyMatch(this::doesNotFireOnceCancelled))
                .as("a cancellation came before its schedule was due")
                .isTrue();
    }

    private boolean doesNotFireOnceCancelled(int delay) {
        String stream = freshStream();
        schedule(stream, "one", "target", onceIn(delay));
        JsonNode configured =
                millrace.awaitHistory(stream, events -> events.size() >= 3).get(2);
        JsonNode cancelled = millrace.append(stream, ProcessorEvents.SCHEDULE_CANCELLED, "{\"slug\":\"one\"}")
                .event();
        if (!isWellBefore(cancelled, configured)) {
            return false;
        }
        millrace.awaitTypes(
                stream, Duration.ofSeconds(delay + 1), "initialized", "append-scheduled", "configured", "cancelled");
        return true;
    }

    @Test
    void check_64_delays_fire_in_the_order_of_their_times() {
        String stream = freshStream();
        millrace.append(
                stream, "[" + event("late", "second", onceIn(3)) + "," + event("early", "first", onceIn(1)) + "]");

        millrace.awaitHistory(stream, events -> events.size() == 9);
        assertThat(millrace.types(stream))
                .containsSubsequence("first", "execution-finished", "second", "execution-finished");
    }

    @Test
    void check_65_an_interval_fires_again_and_again() {
        String stream = freshStream();
        schedule(stream, "beat", "tick", "{\"kind\":\"every\",\"intervalSeconds\":1}");

        List<JsonNode> history = millrace.awaitHistory(stream, events -> count(events, "tick") >= 3);
        assertThat(millrace.types(stream))
                .containsSubsequence(
                        "append-scheduled",
                        "configured",
                        "execution-started",
                        "tick",
                        "execution-finished",
                        "execution-started",
                        "tick",
                        "execution-finished");
        assertThat(history.stream()
                        .filter(event -> event.path("type").textValue().endsWith("execution-finished"))
                        .allMatch(event -> event.at("/payload/nextRunAt").isIntegralNumber()))
                .isTrue();
        millrace.append(stream, ProcessorEvents.SCHEDULE_CANCELLED, "{\"slug\":\"beat\"}");
    }

    @Test
    void check_66_a_slug_that_is_configured_again_fires_as_it_was_last() {
        assertThat(DELAYS.stream().anyMatch(this::firesAsItWasLast))
                .as("a schedule was configured again before it was due")
                .isTrue();
    }

    private boolean firesAsItWasLast(int delay) {
        String stream = freshStream();
        schedule(stream, "one", "old", onceIn(delay));
        JsonNode configured =
                millrace.awaitHistory(stream, events -> events.size() >= 3).get(2);
        JsonNode again = schedule(stream, "one", "target", onceIn(delay + 1));
        if (!isWellBefore(again, configured)) {
            return false;
        }
        millrace.awaitHistory(stream, events -> count(events, "target") == 1);
        assertThat(millrace.types(stream)).doesNotContain("old");
        return true;
    }

    @Test
    void check_67_what_cannot_be_run_is_finished_as_failed() {
        long now = now().getEpochSecond();
        for (String what : List.of(
                "\"callback\":\"append\",\"payloadJson\":\"{not json\"",
                "\"callback\":\"destroy\",\"payloadJson\":\"{}\"")) {
            String stream = freshStream();
            millrace.append(
                    stream,
                    ProcessorEvents.SCHEDULE_CONFIGURED,
                    "{\"slug\":\"bad\"," + what
                            + ",\"schedule\":{\"kind\":\"once-in\",\"delaySeconds\":1},\"nextRunAt\":" + now + "}");

            millrace.awaitTypes(stream, QUIET, "initialized", "configured", "execution-finished");
            JsonNode finished = millrace.history(stream).events().get(2).path("payload");
            assertThat(finished.path("outcome").textValue()).isEqualTo("failed");
            assertThat(finished.path("nextRunAt").isNull()).isTrue();
        }
    }

    @Test
    void check_68_an_interval_of_nothing_is_kept_as_invalid_event() {
        String stream = freshStream();
        JsonNode kept = schedule(stream, "beat", "tick", "{\"kind\":\"every\",\"intervalSeconds\":0}");

        assertThat(BuiltInType.INVALID_EVENT_APPENDED.matches(kept.path("type").textValue()))
                .isTrue();
        assertThat(kept.at("/payload/error").textValue()).contains("intervalSeconds");
    }

    @Test
    void check_70_a_schedule_is_in_the_state_until_it_is_done() {
        String stream = freshStream();
        assertThat(millrace.slice(stream, "scheduler").size()).isZero();
        schedule(stream, "one", "target", onceIn(1));

        millrace.awaitHistory(stream, events -> events.size() >= 3);
        JsonNode entry = millrace.slice(stream, "scheduler").path("one");
        if (millrace.types(stream).contains("execution-finished")) {
            entry = millrace.slice(stream, "scheduler");
        } else {
            assertThat(entry.path("callback").textValue()).isEqualTo("append");
            assertThat(entry.path("nextRunAt").isIntegralNumber()).isTrue();
            assertThat(entry.path("executionCount").intValue()).isZero();
        }
        millrace.awaitTypes(stream, Duration.ZERO, ONE_SHOT);
        assertThat(millrace.slice(stream, "scheduler").size()).isZero();
    }

    private JsonNode schedule(String stream, String slug, String target, String schedule) {
        return millrace.append(stream, event(slug, target, schedule)).event();
    }

    static String onceIn(int seconds) {
        return "{\"kind\":\"once-in\",\"delaySeconds\":" + seconds + "}";
    }

    /** An event that schedules an append of the type {@code target}. */
    static String event(String slug, String target, String schedule) {
        return "{\"type\":\"" + ProcessorEvents.APPEND_SCHEDULED.name() + "\",\"payload\":{\"slug\":\"" + slug
                + "\",\"append\":{\"type\":\"" + target + "\"},\"schedule\":" + schedule + "}}";
    }

    /** True if the service stored {@code event} at least a second before the time of {@code configured}. */
    private static boolean isWellBefore(JsonNode event, JsonNode configured) {
        Instant due = Instant.ofEpochSecond(configured.at("/payload/nextRunAt").longValue());
        return Instant.parse(event.path("createdAt").textValue()).isBefore(due.minusSeconds(1));
    }

    private static long count(List<JsonNode> events, String type) {
        return events.stream()
                .filter(event -> event.path("type").asText().equals(type))
                .count();
    }
}
