package dev.millrace.processors.scheduler;

import static dev.millrace.processors.scheduler.Stage.configured;
import static dev.millrace.processors.scheduler.Stage.event;
import static dev.millrace.processors.scheduler.Stage.every;
import static dev.millrace.processors.scheduler.Stage.in;
import static dev.millrace.processors.scheduler.Stage.scheduled;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventType;
import dev.millrace.core.JsonCodec;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.Limits;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Schedules whose runs fail. */
class SchedulerFailureTest {
    private final Stage stage = Stage.over(new InMemoryEventStore());

    @AfterEach
    void stop() {
        stage.close();
    }

    private String error() throws Exception {
        return stage.last().metadata().orElseThrow().path("error").asText();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "destroy | {'type': 'tick'} | callback: expected 'append', got 'destroy'",
                "append  | {'type'          | payloadJson: expected JSON text;",
                "append  | 5                | payloadJson: expected an event (a JSON object), got 5",
                "append  | {'payload': {}}  | payloadJson.type: expected a string of 1 to 2048 characters, got nothing",
            })
    void should_end_a_schedule_that_can_never_succeed(String callback, String payloadJson, String why)
            throws Exception {
        stage.append(configured("a", callback, payloadJson, in(1), 1))
                .at(1)
                .shows("a configured for 1", "a failed, next never");
        assertThat(error()).contains(why);

        stage.append(configured("b", callback, payloadJson, every(1), 2))
                .at(2)
                .showsAfter(2, "b configured for 2", "b started at 2", "b failed, next never");
        assertThat(stage.state()).isEmpty();
    }

    @Test
    void should_continue_after_a_refused_run_when_the_schedule_recurs() throws Exception {
        stage.append(configured("a", "append", "{'type': 'tick', 'offset': 7}", every(1), 1))
                .at(1)
                .showsAfter(1, "a started at 1", "a failed, next 2");
        assertThat(error()).contains("offset");
        stage.append(EventInput.ofType("noise"))
                .at(2)
                .showsAfter(3, "noise", "a started at 2", "tick", "a succeeded, next 3");
    }

    @Test
    void should_end_a_schedule_that_runs_once_when_its_run_is_refused() throws Exception {
        stage.append(scheduled("a", "{'type': 'tick', 'offset': 1}", in(1)))
                .at(1)
                .shows("a asked for", "a configured for 1", "a failed, next never");
        assertThat(stage.state()).isEmpty();
    }

    @Test
    void should_use_the_key_of_the_user_once_and_a_key_per_run_when_it_recurs() throws Exception {
        stage.append(configured("a", "append", "{'type': 'tick', 'idempotencyKey': 'k'}", in(1), 1))
                .at(1)
                .shows("a configured for 1", "tick", "a succeeded, next never")
                .append(configured("b", "append", "{'type': 'tick', 'idempotencyKey': 'k'}", in(1), 2))
                .at(2)
                .showsAfter(3, "b configured for 2", "b succeeded, next never")
                .append(configured("c", "append", "{'type': 'tock', 'idempotencyKey': 'k'}", every(1), 3))
                .at(3)
                .showsAfter(5, "c configured for 3", "c started at 3", "tock", "c succeeded, next 4")
                .at(4)
                .showsAfter(9, "c started at 4", "tock", "c succeeded, next 5");
        assertThat(stage.log().stream().map(Event::idempotencyKey).flatMap(Optional::stream))
                .contains("k", "k:1767225603", "k:1767225604");
    }

    @Test
    void should_end_as_failed_when_the_configuration_does_not_fit_into_an_event_of_a_smaller_server() throws Exception {
        String quotes = "\\\"".repeat(30_000); // becomes 1.5 times as long when it is nested in a JSON text
        EventInput large = EventInput.builder()
                .type(EventCatalog.nameOf(ScheduleEvent.AppendScheduled.class))
                .payload(JsonCodec.parse("{\"slug\": \"a\", \"append\": {\"type\": \"tick\", \"payload\": {\"q\": \""
                        + quotes + "\"}}, \"schedule\": {\"kind\": \"every\", \"intervalSeconds\": 1}}"))
                .build();

        try (Stage small = new Stage(
                new InMemoryEventStore(),
                0,
                List.of(new SchedulerProvider()),
                Limits.builder().eventBytes(100_000).build())) {
            small.append(large).shows("a asked for", "a failed, next never");

            assertThat(small.last().metadata().orElseThrow().path("error").asText())
                    .contains("100000");
            assertThat(small.state()).isEmpty();
        }
    }

    @Test
    void should_handle_steps_that_other_writers_append() throws Exception {
        stage.append(configured("a", "append", "{'type': 'tick'}", every(5), 5))
                .append(event(
                        EventType.of(ScheduleEvent.ExecutionStarted.class), "{'slug': 'a', 'startedAt': 1767225600}"))
                .at(5)
                .showsAfter(2, "a started at 5", "tick", "a succeeded, next 10");
        stage.append(event(
                        EventType.of(ScheduleEvent.ExecutionFinished.class),
                        "{'slug': 'a', 'outcome': 'succeeded', 'nextRunAt': 1767225605}"))
                .showsAfter(5, "a succeeded, next 5", "a started at 5", "tick", "a succeeded, next 10")
                .append(event(
                        EventType.of(ScheduleEvent.ExecutionFinished.class),
                        "{'slug': 'b', 'outcome': 'succeeded', 'nextRunAt': 1767225605}"))
                .showsAfter(9, "b succeeded, next 5");
        assertThat(stage.state().has("b")).isFalse();
    }
}
