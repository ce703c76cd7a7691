package dev.millrace.contracts.wire;

import static dev.millrace.contracts.wire.Service.freshStream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.BuiltInType;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The scheduler, as anybody sees it from outside, in real time. */
public abstract class ScheduleChecks extends Checks {
    private static final Duration QUIET = Duration.ofSeconds(2);
    private static final String[] ONE_SHOT = {
        "initialized", "append-scheduled", "configured", "target", "execution-finished"
    };

    @Test
    void check_62_a_delay_fires_once() {
        String stream = freshStream();
        schedule(stream, "one", "target", "{\"kind\":\"once-in\",\"delaySeconds\":1}");

        millrace.awaitTypes(stream, QUIET, ONE_SHOT);
        JsonNode finished = millrace.history(stream).events().get(4).path("payload");
        assertThat(finished.path("slug").textValue()).isEqualTo("one");
        assertThat(finished.path("outcome").textValue()).isEqualTo("succeeded");
        assertThat(finished.path("nextRunAt").isNull()).isTrue();
    }

    @Test
    void check_63_a_cancelled_delay_does_not_fire() {
        String stream = freshStream();
        schedule(stream, "one", "target", "{\"kind\":\"once-in\",\"delaySeconds\":2}");
        millrace.awaitHistory(stream, events -> events.size() == 3);
        millrace.append(stream, BuiltInType.SCHEDULE_CANCELLED, "{\"slug\":\"one\"}");

        millrace.awaitTypes(
                stream, Duration.ofSeconds(3), "initialized", "append-scheduled", "configured", "cancelled");
    }

    @Test
    void check_64_delays_fire_in_the_order_of_their_times() {
        String stream = freshStream();
        schedule(stream, "late", "second", "{\"kind\":\"once-in\",\"delaySeconds\":3}");
        schedule(stream, "early", "first", "{\"kind\":\"once-in\",\"delaySeconds\":1}");

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
        millrace.append(stream, BuiltInType.SCHEDULE_CANCELLED, "{\"slug\":\"beat\"}");
    }

    @Test
    void check_66_a_slug_that_is_configured_again_fires_as_it_was_last() {
        String stream = freshStream();
        schedule(stream, "one", "old", "{\"kind\":\"once-in\",\"delaySeconds\":1}");
        schedule(stream, "one", "target", "{\"kind\":\"once-in\",\"delaySeconds\":2}");

        millrace.awaitHistory(stream, events -> count(events, "target") == 1);
        assertThat(millrace.types(stream)).doesNotContain("old");
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
                    BuiltInType.SCHEDULE_CONFIGURED,
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
    void check_69_a_delay_survives_a_restart_and_fires_once() throws Exception {
        assumeTrue(millrace.survivesRestart(), "it takes a restart of the service");
        String stream = freshStream();
        schedule(stream, "one", "target", "{\"kind\":\"once-in\",\"delaySeconds\":2}");
        millrace.awaitHistory(stream, events -> events.size() == 3);

        millrace.restart();

        millrace.awaitTypes(stream, QUIET, ONE_SHOT);
    }

    @Test
    void check_70_a_schedule_is_in_the_state_until_it_is_done() {
        String stream = freshStream();
        assertThat(millrace.slice(stream, "scheduler").size()).isZero();
        schedule(stream, "one", "target", "{\"kind\":\"once-in\",\"delaySeconds\":1}");

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
        return millrace.append(
                        stream,
                        BuiltInType.APPEND_SCHEDULED,
                        "{\"slug\":\"" + slug + "\",\"append\":{\"type\":\"" + target + "\"},\"schedule\":" + schedule
                                + "}")
                .event();
    }

    private static long count(List<JsonNode> events, String type) {
        return events.stream()
                .filter(event -> event.path("type").asText().equals(type))
                .count();
    }
}
