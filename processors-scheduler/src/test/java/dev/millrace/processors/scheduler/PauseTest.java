package dev.millrace.processors.scheduler;

import static dev.millrace.processors.scheduler.Stage.event;
import static dev.millrace.processors.scheduler.Stage.every;
import static dev.millrace.processors.scheduler.Stage.in;
import static dev.millrace.processors.scheduler.Stage.scheduled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.store.sqlite.SqliteEventStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Schedules that become due while their stream is paused. */
class PauseTest {
    private static final EventInput PAUSED = event(BuiltInType.PAUSED.eventType(), "{}");
    private static final EventInput RESUMED = event(BuiltInType.RESUMED.eventType(), "{}");

    private static void arrange(Stage stage) throws Exception {
        stage.append(scheduled("a", "{'type': 'tick'}", every(10)))
                .shows("a asked for", "a configured for 10")
                .append(scheduled("b", "{'type': 'tock'}", in(12)))
                .showsAfter(2, "b asked for", "b configured for 12")
                .at(5)
                .append(PAUSED);
    }

    /** One run per schedule, in order; after the resume, the interval continues at multiples from its start. */
    private static void showsOneRunOfEach(Stage stage, long resumedAt) throws Exception {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(stage.log()).hasSize(12));
        List<Event> log = stage.log();
        long startedAt = log.get(7).payloadJson().path("startedAt").asLong() - Stage.START.getEpochSecond();
        long next = log.get(9).payloadJson().path("nextRunAt").asLong() - Stage.START.getEpochSecond();
        assertThat(Stage.steps(log).subList(4, 11))
                .containsExactly(
                        "paused",
                        "resumed",
                        "a started at " + startedAt,
                        "tick",
                        "a succeeded, next " + next,
                        "tock",
                        "b succeeded, next never");
        assertThat(startedAt).isBetween(10L, resumedAt);
        assertThat(next).isGreaterThan(resumedAt).isLessThanOrEqualTo(resumedAt + 10);
        assertThat((next - startedAt) % 10).isZero();
        assertThat(log.get(9).metadata().orElseThrow().path("skipped").asInt()).isEqualTo(2);
    }

    @Test
    void should_keep_what_is_due_until_the_stream_is_resumed_and_then_make_one_run_of_it() throws Exception {
        try (Stage stage = Stage.over(new InMemoryEventStore())) {
            arrange(stage);
            stage.at(10).at(12).at(35).showsAfter(4, "paused");

            stage.append(RESUMED);

            showsOneRunOfEach(stage, 35);
        }
    }

    @Test
    void should_keep_what_is_due_over_a_restart_while_the_stream_is_paused(@TempDir Path directory) throws Exception {
        try (Stage before = Stage.over(SqliteEventStore.open(directory))) {
            arrange(before);
            before.at(12);
        }
        try (Stage after = new Stage(SqliteEventStore.open(directory), 35, List.of(new SchedulerProvider()))) {
            after.showsAfter(4, "paused");

            after.append(RESUMED);

            showsOneRunOfEach(after, 35);
        }
    }

    @Test
    void should_resume_a_stream_on_schedule_although_other_runs_wait_for_that() throws Exception {
        try (Stage stage = Stage.over(new InMemoryEventStore())) {
            stage.append(scheduled("a", "{'type': 'tick'}", in(10)))
                    .shows("a asked for", "a configured for 10")
                    .append(scheduled("r", "{'type': 'https://events.iterate.com/events/stream/resumed'}", in(20)))
                    .showsAfter(2, "r asked for", "r configured for 20")
                    .append(PAUSED)
                    .at(10)
                    .at(20);
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(stage.log()).hasSize(10));
            assertThat(Stage.steps(stage.log()).subList(4, 9))
                    .startsWith("paused", "resumed")
                    .containsSubsequence("tick", "a succeeded, next never")
                    .contains("r succeeded, next never");
        }
    }
}
