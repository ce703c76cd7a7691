package dev.millrace.processors.scheduler;

import static dev.millrace.testkit.MillraceAssertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.EventType;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.VirtualTimers;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The reducer, over logs from a scheduler and from other writers. */
@Tag("jdk")
class SchedulerTest {
    private static final StreamPath PATH = StreamPath.of("/agents/1");
    private static final String ASKED =
            "{'slug': 'a', 'append': {'type': 'tick'}, 'schedule': {'kind': 'every', 'intervalSeconds': 5}}";
    private static final String CONFIGURED = "{'slug': 'a', 'callback': 'append', 'payloadJson': '{}', 'schedule':"
            + " {'kind': 'every', 'intervalSeconds': 5}, 'nextRunAt': 1767225605}";
    private static final String CANCELLED = "{'slug': 'a'}";
    private static final String STARTED = "{'slug': 'a', 'startedAt': 1767225605}";
    private static final String FINISHED = "{'slug': 'a', 'outcome': 'succeeded', 'nextRunAt': 1767225610}";
    private static final String OVER = "{'slug': 'a', 'outcome': 'failed', 'nextRunAt': null}";

    private final Scheduler scheduler = new Scheduler(new VirtualTimers());
    private final List<Event> log = new ArrayList<>();

    private SchedulerTest add(EventType type, String payload) {
        return add(type.name(), payload, Optional.empty());
    }

    private SchedulerTest add(EventType type, String payload, String key) {
        return add(type.name(), payload, Optional.of(key));
    }

    private SchedulerTest add(String type, String payload, Optional<String> key) {
        log.add(Event.builder()
                .path(PATH)
                .offset(log.size() + 1)
                .type(type)
                .payloadJson(JsonCodec.parse(payload.replace('\'', '"')))
                .createdAt(Instant.parse("2026-01-01T00:00:00.250Z").plusSeconds(log.size()))
                .idempotencyKey(key)
                .build()
                .decodedBy(scheduler.events()));
        return this;
    }

    private SchedulerState fold() {
        SchedulerState state = scheduler.initialState();
        for (Event event : log) {
            state = scheduler.reduce(state, event);
        }
        return state;
    }

    private String json() {
        return JsonCodec.writeText(fold());
    }

    @Test
    void should_await_a_rewrite_after_a_request() {
        add(EventType.of(ScheduleEvent.AppendScheduled.class), ASKED);

        assertThat(json())
                .isEqualTo("{\"a\":{\"callback\":\"append\",\"payloadJson\":\"{\\\"type\\\":\\\"tick\\\"}\","
                        + "\"schedule\":{\"kind\":\"every\",\"intervalSeconds\":5},\"nextRunAt\":1767225606,"
                        + "\"executionCount\":0,\"running\":false,\"executionStartedAt\":null,"
                        + "\"createdAt\":1767225600,\"offset\":1,\"requested\":true}}");
        assertThat(fold().requests()).hasSize(1);
        assertThat(fold().ticks()).isEmpty();
    }

    @Test
    void should_put_a_request_in_force_by_the_rewrite() {
        add(EventType.of(ScheduleEvent.AppendScheduled.class), ASKED)
                .add(EventType.of(ScheduleEvent.Configured.class), CONFIGURED, "scheduler:rewrite:/agents/1:1");

        assertThat(fold().requests()).isEmpty();
        assertThat(fold().ticks())
                .singleElement()
                .satisfies(tick -> assertThat(tick.id()).isEqualTo("2:1767225605:0"));
    }

    @Test
    void should_not_bring_back_by_a_late_rewrite_what_was_cancelled_meanwhile() {
        add(EventType.of(ScheduleEvent.AppendScheduled.class), ASKED)
                .add(EventType.of(ScheduleEvent.Cancelled.class), CANCELLED)
                .add(EventType.of(ScheduleEvent.Configured.class), CONFIGURED, "scheduler:rewrite:/agents/1:1");

        assertThat(json()).isEqualTo("{}");
    }

    @Test
    void should_not_undo_by_a_late_rewrite_what_was_configured_meanwhile() {
        add(EventType.of(ScheduleEvent.AppendScheduled.class), ASKED)
                .add(EventType.of(ScheduleEvent.Configured.class), CONFIGURED)
                .add(EventType.of(ScheduleEvent.Configured.class), CONFIGURED, "scheduler:rewrite:/agents/1:1");
        assertThat(fold().entry("a").orElseThrow().offset()).isEqualTo(2);

        add(EventType.of(ScheduleEvent.AppendScheduled.class), ASKED)
                .add(EventType.of(ScheduleEvent.AppendScheduled.class), ASKED)
                .add(EventType.of(ScheduleEvent.Configured.class), CONFIGURED, "scheduler:rewrite:/agents/1:4");
        assertThat(fold().entry("a").orElseThrow().awaitsRewrite()).isTrue();
        assertThat(fold().entry("a").orElseThrow().offset()).isEqualTo(5);
    }

    @Test
    void should_take_the_rewrite_of_another_stream_for_a_configuration_like_any_other() {
        add(EventType.of(ScheduleEvent.Configured.class), CONFIGURED, "scheduler:rewrite:/elsewhere:1");

        assertThat(fold().ticks()).hasSize(1);
    }

    @Test
    void should_not_count_the_end_of_a_run_for_the_configuration_that_replaced_its_own() {
        add(EventType.of(ScheduleEvent.Configured.class), CONFIGURED)
                .add(EventType.of(ScheduleEvent.Configured.class), CONFIGURED)
                .add(
                        EventType.of(ScheduleEvent.ExecutionStarted.class),
                        STARTED,
                        "scheduler:started:/agents/1:1:1767225605:0")
                .add(
                        EventType.of(ScheduleEvent.ExecutionFinished.class),
                        OVER,
                        "scheduler:finished:/agents/1:1:1767225605:0");

        assertThat(fold().entry("a").orElseThrow().running()).isFalse();
        assertThat(fold().entry("a").orElseThrow().executionCount()).isZero();
    }

    @Test
    void should_count_runs_and_say_which_is_under_way() {
        add(EventType.of(ScheduleEvent.Configured.class), CONFIGURED)
                .add(EventType.of(ScheduleEvent.ExecutionStarted.class), STARTED);
        assertThat(fold().entry("a").orElseThrow().running()).isTrue();
        assertThat(fold().entry("a").orElseThrow().executionStartedAt()).contains(1767225605L);

        add(
                EventType.of(ScheduleEvent.ExecutionFinished.class),
                FINISHED,
                "scheduler:finished:/agents/1:1:1767225605:0");
        assertThat(fold().entry("a").orElseThrow().running()).isFalse();
        assertThat(fold().entry("a").orElseThrow().executionCount()).isEqualTo(1);
        assertThat(fold().entry("a").orElseThrow().nextRunAt()).isEqualTo(1767225610);

        add(EventType.of(ScheduleEvent.ExecutionFinished.class), OVER);
        assertThat(json()).isEqualTo("{}");
    }

    @Test
    void should_ignore_events_that_no_server_with_a_scheduler_would_store() {
        add(
                        EventType.of(ScheduleEvent.AppendScheduled.class),
                        "{'slug': 'a', 'append': {}, 'schedule': {'kind': 'weekly'}}")
                .add(EventType.of(ScheduleEvent.AppendScheduled.class), "{'slug': 'a'}")
                .add(EventType.of(ScheduleEvent.Configured.class), "{'slug': 'a', 'nextRunAt': 'soon'}");

        assertThat(json()).isEqualTo("{}");
    }

    @Test
    void should_have_a_new_version_when_its_reducer_changes() {
        assertThat(scheduler).hasAcceptedFingerprint();
    }

    @Test
    void should_be_pure_over_a_log_with_everything_in_it() {
        add(EventType.of(ScheduleEvent.Cancelled.class), CANCELLED)
                .add(EventType.of(ScheduleEvent.AppendScheduled.class), ASKED)
                .add(EventType.of(ScheduleEvent.Configured.class), CONFIGURED, "scheduler:rewrite:/agents/1:2")
                .add(EventType.of(ScheduleEvent.Configured.class), CONFIGURED.replace("'a'", "'b'"))
                .add("tick", "{}", Optional.empty())
                .add(
                        EventType.of(ScheduleEvent.ExecutionStarted.class),
                        STARTED,
                        "scheduler:started:/agents/1:3:1767225605:0")
                .add(
                        EventType.of(ScheduleEvent.ExecutionFinished.class),
                        FINISHED,
                        "scheduler:finished:/agents/1:3:1767225605:0")
                .add("events.iterate.com/scheduling/append-scheduled", ASKED.replace("'a'", "'c'"), Optional.empty())
                .add(
                        EventType.of(ScheduleEvent.Configured.class),
                        "{'slug': 'd', 'callback': 'x', 'schedule': {}, 'nextRunAt': 1}")
                .add(EventType.of(ScheduleEvent.ExecutionFinished.class), OVER);

        assertThat(scheduler).isPureOver(log);
        assertThat(fold().slugs()).containsExactly("b", "c", "d");
    }

    @Test
    void should_load_a_snapshot_from_before_the_slices() {
        String before = "{\"beat\":{\"callback\":\"append\",\"payloadJson\":\"{}\",\"schedule\":{\"kind\":\"every\","
                + "\"intervalSeconds\":5},\"nextRunAt\":9,\"executionCount\":1,\"running\":false,"
                + "\"executionStartedAt\":null,\"createdAt\":4,\"offset\":3}}";

        SchedulerState state = JsonCodec.fromTree(JsonCodec.parse(before), SchedulerState.class);

        assertThat(JsonCodec.writeText(state)).isEqualTo(before);
        assertThat(new SchedulerProvider().stateSlice(JsonCodec.toTree(state)))
                .hasToString(before.replace("\"offset\":3", "\"millrace\":{\"offset\":3}"));
    }
}
