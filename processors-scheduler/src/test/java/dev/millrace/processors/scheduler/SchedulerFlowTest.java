package dev.millrace.processors.scheduler;

import static dev.millrace.processors.scheduler.Stage.configured;
import static dev.millrace.processors.scheduler.Stage.event;
import static dev.millrace.processors.scheduler.Stage.every;
import static dev.millrace.processors.scheduler.Stage.in;
import static dev.millrace.processors.scheduler.Stage.scheduled;
import static dev.millrace.testkit.MillraceAssertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventType;
import dev.millrace.core.JsonCodec;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.store.sqlite.SqliteEventStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The events that a hosted scheduler appends, second by second. */
class SchedulerFlowTest {
    private static final String TICK = "{'type': 'tick'}";
    private static final String CANCEL = "{'slug': 'a'}";

    private final Stage stage = Stage.over(new InMemoryEventStore());

    @AfterEach
    void stop() {
        stage.close();
    }

    @Test
    void should_append_once_after_a_while() throws Exception {
        stage.append(scheduled(
                        "a",
                        "{'type': 'tick', 'payload': {'n': 1.50}, 'metadata': {'by': 'me'}, 'source': {'s': 1}}",
                        in(5)))
                .shows("a asked for", "a configured for 5")
                .at(4)
                .append(scheduled("b", "{'type': 'tock'}", in(9)))
                .showsAfter(2, "b asked for", "b configured for 13")
                .at(5)
                .showsAfter(4, "tick", "a succeeded, next never")
                .at(13)
                .showsAfter(6, "tock", "b succeeded, next never");

        List<Event> log = stage.log();
        assertThat(log.get(2)).wasCausedBy("scheduler", 2);
        assertThat(log.get(2).idempotencyKey()).contains("scheduler:rewrite:/agents/1:2");
        assertThat(log.get(2).payloadJson())
                .isEqualTo(JsonCodec.parse(
                        "{\"slug\":\"a\",\"callback\":\"append\",\"payloadJson\":\"{\\\"type\\\":\\\"tick\\\","
                                + "\\\"payload\\\":{\\\"n\\\":1.50},\\\"metadata\\\":{\\\"by\\\":\\\"me\\\"},"
                                + "\\\"source\\\":{\\\"s\\\":1}}\","
                                + "\"schedule\":{\"kind\":\"once-in\",\"delaySeconds\":5},\"nextRunAt\":1767225605}"));
        assertThat(log.get(5)).wasCausedBy("scheduler", 3);
        assertThat(log.get(5).payloadJson()).isEqualTo(JsonCodec.parse("{\"n\":1.50}"));
        assertThat(log.get(5).metadata().orElseThrow().path("by").asText()).isEqualTo("me");
        assertThat(log.get(5).source()).contains(JsonCodec.parse("{\"s\":1}"));
        assertThat(log.get(5).idempotencyKey()).contains("scheduler:target:/agents/1:3:1767225605:0");
    }

    @Test
    void should_append_at_a_time_and_at_once_when_that_has_passed() throws Exception {
        stage.append(scheduled("a", TICK, "{'kind': 'once-at', 'at': '2026-01-01T01:00:03+01:00'}"))
                .append(scheduled("b", "{'type': 'late'}", "{'kind': 'once-at', 'at': '2025-12-31T23:59:00Z'}"));
        stage.showsAfter(4, "late", "b succeeded, next never").at(3).showsAfter(6, "tick", "a succeeded, next never");
        assertThat(stage.state()).isEmpty();
    }

    @Test
    void should_append_at_an_interval_that_was_configured_directly() throws Exception {
        stage.append(configured("a", "append", TICK, every(1), 1))
                .shows("a configured for 1")
                .at(1)
                .showsAfter(1, "a started at 1", "tick", "a succeeded, next 2")
                .at(2)
                .showsAfter(4, "a started at 2", "tick", "a succeeded, next 3")
                .at(3)
                .showsAfter(7, "a started at 3", "tick", "a succeeded, next 4");
    }

    @Test
    void should_append_by_a_cron_expression() throws Exception {
        stage.append(scheduled("a", TICK, "{'kind': 'cron', 'cron': '*/2 * * * *'}"))
                .shows("a asked for", "a configured for 120")
                .at(120)
                .showsAfter(2, "tick", "a succeeded, next 240")
                .at(240)
                .showsAfter(4, "tick", "a succeeded, next 360");
    }

    @Test
    void should_not_append_what_was_cancelled_before_it_was_due() throws Exception {
        stage.append(scheduled("a", TICK, in(5)))
                .shows("a asked for", "a configured for 5")
                .append(event(EventType.of(ScheduleEvent.Cancelled.class), CANCEL))
                .append(scheduled("z", "{'type': 'end'}", in(6)))
                .showsAfter(2, "a cancelled", "z asked for", "z configured for 6")
                .at(6)
                .showsAfter(5, "end", "z succeeded, next never");
    }

    @Test
    void should_ignore_the_cancellation_of_an_unknown_schedule() throws Exception {
        stage.append(event(EventType.of(ScheduleEvent.Cancelled.class), CANCEL)).shows("a cancelled");
        assertThat(stage.state()).isEmpty();
        stage.append(scheduled("a", TICK, in(1))).at(1);
        stage.shows("a cancelled", "a asked for", "a configured for 1", "tick", "a succeeded, next never");
    }

    @Test
    void should_append_in_the_order_of_time_and_then_of_configuration() throws Exception {
        stage.append(scheduled("c", "{'type': 'third'}", in(9)))
                .shows("c asked for", "c configured for 9")
                .append(scheduled("a", "{'type': 'first'}", in(4)))
                .showsAfter(2, "a asked for", "a configured for 4")
                .append(scheduled("b", "{'type': 'second'}", in(4)))
                .showsAfter(4, "b asked for", "b configured for 4")
                .at(20)
                .showsAfter(
                        6,
                        "first",
                        "a succeeded, next never",
                        "second",
                        "b succeeded, next never",
                        "third",
                        "c succeeded, next never");
    }

    @Test
    void should_drop_a_schedule_that_is_replaced_by_name() throws Exception {
        stage.append(scheduled("a", "{'type': 'old'}", in(2)))
                .shows("a asked for", "a configured for 2")
                .append(scheduled("a", "{'type': 'new'}", in(4)))
                .showsAfter(2, "a asked for", "a configured for 4")
                .at(4)
                .showsAfter(4, "new", "a succeeded, next never");
    }

    @Test
    void should_start_the_count_anew_when_it_is_configured_again() throws Exception {
        stage.append(configured("a", "append", TICK, every(5), 5))
                .at(5)
                .showsAfter(1, "a started at 5", "tick", "a succeeded, next 10");
        assertThat(stage.state().path("a").path("executionCount").asInt()).isEqualTo(1);

        stage.append(configured("a", "append", TICK, every(5), 7)).showsAfter(4, "a configured for 7");
        assertThat(stage.state().path("a").path("executionCount").asInt()).isZero();
        stage.at(7).showsAfter(5, "a started at 7", "tick", "a succeeded, next 12");
    }

    @Test
    void should_replace_runs_missed_during_a_long_sleep_by_one(@TempDir Path directory) throws Exception {
        try (Stage before = Stage.over(SqliteEventStore.open(directory))) {
            before.append(scheduled("a", TICK, every(5)))
                    .shows("a asked for", "a configured for 5")
                    .append(scheduled("b", "{'type': 'tock'}", "{'kind': 'cron', 'cron': '* * * * *'}"))
                    .showsAfter(2, "b asked for", "b configured for 60");
        }
        try (Stage after = new Stage(SqliteEventStore.open(directory), 3602, List.of(new SchedulerProvider()))) {
            after.showsAfter(
                    4, "a started at 3602", "tick", "a succeeded, next 3607", "tock", "b succeeded, next 3660");
            assertThat(after.log()
                            .get(7)
                            .metadata()
                            .orElseThrow()
                            .path("skipped")
                            .asInt())
                    .isEqualTo(719);
            assertThat(after.last().metadata().orElseThrow().path("skipped").asInt())
                    .isEqualTo(59);
        }
    }

    @Test
    void should_show_its_schedules_until_they_are_over() throws Exception {
        stage.append(scheduled("a", TICK, in(5))).shows("a asked for", "a configured for 5");

        JsonNode state = stage.state();
        assertThat(state)
                .isEqualTo(JsonCodec.parse(
                        "{\"a\":{\"callback\":\"append\",\"payloadJson\":\"{\\\"type\\\":\\\"tick\\\"}\","
                                + "\"schedule\":{\"kind\":\"once-in\",\"delaySeconds\":5},\"nextRunAt\":1767225605,"
                                + "\"executionCount\":0,\"running\":false,\"executionStartedAt\":null,"
                                + "\"createdAt\":1767225600,\"millrace\":{\"offset\":3}}}"));
        stage.at(5).showsAfter(2, "tick", "a succeeded, next never");
        assertThat(stage.state()).isEqualTo(JsonCodec.parse("{}"));
    }

    @Test
    void should_run_a_schedule_that_a_schedule_made() throws Exception {
        stage.append(scheduled(
                        "a",
                        "{'type': 'https://events.iterate.com/events/stream/append-scheduled', 'payload':"
                                + " {'slug': 'b', 'append': {'type': 'inner'}, 'schedule': {'kind': 'once-in',"
                                + " 'delaySeconds': 2}}}",
                        in(3)))
                .shows("a asked for", "a configured for 3")
                .at(3);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(Stage.steps(stage.log()))
                        .contains("a succeeded, next never", "b asked for", "b configured for 5"));
        stage.at(5).showsAfter(5, "inner", "b succeeded, next never");
    }
}
