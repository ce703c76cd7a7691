package dev.millrace.processors.scheduler;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventName;
import dev.millrace.core.EventType;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.hosting.ProvidedEvent;
import dev.millrace.core.processor.Processor;
import dev.millrace.engine.KnownEvents;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SchedulerProviderTest {
    private final KnownEvents known = KnownEvents.of(List.of(new SchedulerProvider(), new Deciding()));

    @EventName(Decided.NAME)
    record Decided() {
        static final String NAME = "decided";
    }

    /** Provides a type that takes {@code approve}. */
    private static final class Deciding implements ProcessorProvider {
        @Override
        public String name() {
            return "deciding";
        }

        @Override
        public List<ProvidedEvent<?>> events() {
            return List.of(ProvidedEvent.of(Decided.class).withOperation(Operation.APPROVE));
        }

        @Override
        public Processor<?> create(JsonNode config, HostContext context) {
            throw new IllegalArgumentException("never attached");
        }
    }

    private List<String> problems(EventType type, String payload) {
        return known.problems(type.name(), JsonCodec.parse(payload.replace('\'', '"')));
    }

    private List<String> ofSchedule(String schedule) {
        return problems(
                EventType.of(ScheduleEvent.AppendScheduled.class),
                "{'slug': 's', 'append': {'type': 'x'}, 'schedule': " + schedule + "}");
    }

    private List<String> ofTarget(String target) {
        return problems(
                EventType.of(ScheduleEvent.AppendScheduled.class),
                "{'slug': 's', 'append': " + target + ", 'schedule': {'kind': 'every', 'intervalSeconds': 5}}");
    }

    private List<String> ofConfigured(String fields) {
        return problems(
                EventType.of(ScheduleEvent.Configured.class),
                "{'slug': 's', 'callback': 'append', 'schedule': {'kind': 'once-in', 'delaySeconds': 1}, " + fields
                        + "}");
    }

    @Test
    void should_hold_a_request_to_the_size_of_its_record() {
        String plain = "x".repeat(700_000);
        String quotes = "\\'".repeat(350_000); // two characters each here, three or more in the record

        assertThat(ofTarget("{'type': 'x', 'payload': {'text': '" + plain + "'}}"))
                .isEmpty();
        assertThat(ofTarget("{'type': 'x', 'payload': {'text': '" + quotes + "'}}"))
                .singleElement()
                .asString()
                .startsWith("payload.append: expected an event that fits into a schedule/configured of at most 1040384"
                        + " bytes of JSON, got 14");
    }

    @ParameterizedTest
    @ValueSource(ints = {250_000, 259_900, 260_100, 300_000})
    void should_accept_a_request_if_and_only_if_its_record_is_accepted(int quotes) {
        JsonNode append =
                JsonCodec.parse("{\"type\": \"x\", \"payload\": {\"text\": \"" + "\\\"".repeat(quotes) + "\"}}");
        JsonNode schedule = JsonCodec.parse("{\"kind\": \"every\", \"intervalSeconds\": 5}");
        ScheduleEvent.AppendScheduled asked =
                new ScheduleEvent.AppendScheduled("s", (ObjectNode) append, (ObjectNode) schedule);

        List<String> ofRequest =
                known.problems(EventType.of(ScheduleEvent.AppendScheduled.class).name(), JsonCodec.toTree(asked));
        List<String> ofRecord = known.problems(
                EventType.of(ScheduleEvent.Configured.class).name(), JsonCodec.toTree(ScheduleEntry.record(asked)));

        assertThat(ofRequest.isEmpty()).isEqualTo(ofRecord.isEmpty()).isEqualTo(quotes < 260_000);
    }

    /** The record of a request is what the scheduler appends; if it were refused, the accepted request would be lost. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'kind': 'once-at', 'at': '9999-12-31T23:59:59Z'}                    | true",
                "{'kind': 'once-at', 'at': '9999-12-31T23:59:59.001Z'}                | false",
                "{'kind': 'once-at', 'at': '9999-12-31T23:59:59-00:01'}               | false",
                "{'kind': 'once-at', 'at': '+10000-01-01T00:00:00Z'}                  | false",
                "{'kind': 'once-at', 'at': '+10000-01-01T00:00:00+18:00'}             | true",
                "{'kind': 'once-at', 'at': '+999999999-12-31T23:59:59.999999999-18:00'} | false",
                "{'kind': 'once-at', 'at': '1969-12-31T23:59:59Z'}                    | true",
                "{'kind': 'once-at', 'at': '-999999999-01-01T00:00:00+18:00'}         | true",
                "{'kind': 'once-in', 'delaySeconds': 1}                               | true",
                "{'kind': 'once-in', 'delaySeconds': 2147483647}                      | true",
                "{'kind': 'once-in', 'delaySeconds': 2147483648}                      | false",
                "{'kind': 'every', 'intervalSeconds': 2147483647}                     | true",
                "{'kind': 'cron', 'cron': '0 0 29 2 *'}                               | true",
                "{'kind': 'cron', 'cron': '0 0 30 2 *'}                               | false"
            })
    void should_accept_a_request_only_if_its_own_record_is_accepted(String schedule, boolean accepted) {
        assertThat(ofSchedule(schedule).isEmpty()).isEqualTo(accepted);
        if (!accepted) {
            return;
        }
        ScheduleEvent.AppendScheduled asked =
                new ScheduleEvent.AppendScheduled("s", (ObjectNode) JsonCodec.parse("{\"type\":\"x\"}"), (ObjectNode)
                        JsonCodec.parse(schedule.replace('\'', '"')));
        Schedule read = new ScheduleReader("schedule", new ArrayList<>())
                .read(asked.schedule())
                .orElseThrow();
        for (Instant createdAt : List.of(
                Instant.EPOCH, Instant.parse("2026-02-28T23:59:59.999Z"), Instant.parse("2200-01-01T00:00:00Z"))) {
            Event request = Event.builder()
                    .path(StreamPath.of("/s"))
                    .type("append-scheduled")
                    .payloadJson(JsonCodec.toTree(asked))
                    .offset(2)
                    .createdAt(createdAt)
                    .build();
            ScheduleEvent.Configured record =
                    ScheduleEntry.requested(asked, read, request).rewrite("s");
            assertThat(problems(EventType.of(ScheduleEvent.Configured.class), JsonCodec.writeText(record)))
                    .as("created at %s", createdAt)
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"'type': 'a\\ud83d'", "'type': 'a', 'idempotencyKey': '\\ude00'"})
    void should_refuse_what_no_append_accepts(String fields) {
        assertThat(ofTarget("{" + fields + "}"))
                .singleElement()
                .asString()
                .endsWith("expected whole characters, got half of a surrogate pair");
    }

    @Test
    void should_be_found_on_the_class_path() {
        assertThat(ServiceLoader.load(ProcessorProvider.class))
                .anySatisfy(found -> assertThat(found.name()).isEqualTo("scheduler"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'kind': 'once-at', 'at': '2026-01-31T09:00:00Z'}",
                "{'kind': 'once-at', 'at': '2020-01-31T09:00:00.5+02:00'}",
                "{'kind': 'once-in', 'delaySeconds': 1}",
                "{'kind': 'every', 'intervalSeconds': 5}",
                "{'kind': 'cron', 'cron': '*/5 * * * mon-fri'}",
            })
    void should_accept_every_kind_of_schedule(String schedule) {
        assertThat(ofSchedule(schedule)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | payload.schedule.kind: expected one of once-at, once-in, every and cron, got nothing",
                "{'kind': 'weekly'} | payload.schedule.kind: expected one of once-at, once-in, every and cron, got \"weekly\"",
                "{'kind': 5} | payload.schedule.kind: expected one of once-at, once-in, every and cron, got 5",
                "{'kind': 'every', 'intervalSeconds': 0} | payload.schedule.intervalSeconds: expected a positive integer, got 0",
                "{'kind': 'every', 'intervalSeconds': 1.5} | payload.schedule.intervalSeconds: expected a positive integer, got 1.5",
                "{'kind': 'every', 'intervalSeconds': 99999999999} | payload.schedule.intervalSeconds: expected a positive integer, got 99999999999",
                "{'kind': 'every'} | payload.schedule.intervalSeconds: expected a positive integer, got nothing",
                "{'kind': 'once-in', 'delaySeconds': 0} | payload.schedule.delaySeconds: expected a positive integer, got 0",
                "{'kind': 'once-in', 'delaySeconds': '5'} | payload.schedule.delaySeconds: expected a positive integer, got \"5\"",
                "{'kind': 'once-at', 'at': 'tomorrow'} | payload.schedule.at: expected an ISO-8601 time with an offset, 2026-01-31T09:00:00Z say, got \"tomorrow\"",
                "{'kind': 'once-at', 'at': '2026-01-31T09:00:00'} | payload.schedule.at: expected an ISO-8601 time with an offset, 2026-01-31T09:00:00Z say, got \"2026-01-31T09:00:00\"",
                "{'kind': 'cron', 'cron': '* * *'} | payload.schedule.cron: expected a cron expression of five fields, got \"* * *\": it has 3 fields instead of 5 (minute, hour, day of month, month, day of week)",
                "{'kind': 'cron', 'cron': 5} | payload.schedule.cron: expected a cron expression of five fields, got 5",
                "{'kind': 'once-in', 'delaySeconds': 1, 'zone': 'CET'} | payload.schedule.zone: unknown field of a schedule of kind once-in",
            })
    void should_name_the_field_that_is_wrong_with_a_schedule(String schedule, String problem) {
        assertThat(ofSchedule(schedule)).containsExactly(problem);
    }

    @Test
    void should_accept_every_field_of_an_event_to_be_appended() {
        assertThat(ofTarget("{'type': 'x', 'payload': {'n': 1}, 'metadata': {'by': 'me'}, 'idempotencyKey': 'k',"
                        + " 'offset': '5'}"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{} | payload.append.type: expected a string of 1 to 2048 characters, got nothing",
                "{'type': ' '} | payload.append.type: expected a string of 1 to 2048 characters, got \" \"",
                "{'type': 'x', 'payload': 5} | payload.append.payload: expected an object, got 5",
                "{'type': 'x', 'metadata': []} | payload.append.metadata: expected an object, got []",
                "{'type': 'x', 'idempotencyKey': ''} | payload.append.idempotencyKey: expected a non-empty string that does not begin with 'millrace/', got \"\"",
                "{'type': 'x', 'idempotencyKey': 'millrace/x'} | payload.append.idempotencyKey: expected a non-empty string that does not begin with 'millrace/', got \"millrace/x\"",
                "{'type': 'x', 'offset': 0} | payload.append.offset: expected a positive integer, got 0",
                "{'type': 'x', 'offset': true} | payload.append.offset: expected a positive integer, got true",
                "{'type': 'x', 'path': '/b'} | payload.append.path: unknown field",
                "{'type': 'https://events.iterate.com/events/stream/paused', 'payload': {'reason': 5}} | payload.append.payload.reason: expected a string, got 5",
                "{'type': 'events.iterate.com/core/initialized', 'payload': {'projectSlug': 'p', 'path': '/'}} | payload.append.type: a schedule cannot append the first event of a stream; use another type",
            })
    void should_name_the_field_that_is_wrong_with_the_event_to_be_appended(String target, String problem) {
        assertThat(ofTarget(target)).containsExactly(problem);
    }

    @Test
    void should_accept_an_event_whose_problems_only_a_run_can_find() {
        assertThat(ofConfigured("'nextRunAt': 0")).isEmpty();
        assertThat(ofConfigured("'nextRunAt': 5, 'payloadJson': 'not json'")).isEmpty();
    }

    @Test
    void should_refuse_an_invalid_time_or_text_in_a_configured_schedule() {
        assertThat(ofConfigured("'nextRunAt': -1"))
                .containsExactly(
                        "payload.nextRunAt: expected seconds since the epoch, from 0 to the year 9999, got -1");
        assertThat(ofConfigured("'nextRunAt': 99999999999999999999")).hasSize(1);
        assertThat(ofConfigured("'nextRunAt': 1, 'payloadJson': {'type': 'x'}"))
                .containsExactly("payload.payloadJson: expected a string, got {\"type\":\"x\"}");
    }

    @Test
    void should_refuse_steps_with_impossible_values() {
        assertThat(problems(EventType.of(ScheduleEvent.ExecutionStarted.class), "{'slug': 's', 'startedAt': -5}"))
                .singleElement()
                .asString()
                .startsWith("payload.startedAt: ");
        assertThat(problems(
                        EventType.of(ScheduleEvent.ExecutionFinished.class),
                        "{'slug': 's', 'outcome': 'maybe', 'nextRunAt': -5}"))
                .satisfiesExactly(
                        first -> assertThat(first)
                                .isEqualTo("payload.outcome: expected 'succeeded' or 'failed', got \"maybe\""),
                        second -> assertThat(second).startsWith("payload.nextRunAt: "));
        assertThat(problems(
                        EventType.of(ScheduleEvent.ExecutionFinished.class),
                        "{'slug': 's', 'outcome': 'failed', 'nextRunAt': null}"))
                .isEmpty();
        assertThat(problems(EventType.of(ScheduleEvent.Cancelled.class), "{'slug': 's'}"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'slug':'s','callback':'c','schedule':{},'nextRunAt':'soon'} | payload.nextRunAt: expected an integer, got 'soon'",
                "{'slug':'s','callback':'c','schedule':5,'nextRunAt':1} | payload.schedule: expected an object, got 5",
                "{'slug':' ','callback':'c','schedule':{},'nextRunAt':1} | payload.slug: expected a non-empty string, got ' '",
                "{'callback':'c','schedule':{},'nextRunAt':1} | payload.slug: expected a non-empty string, got nothing",
                "{'slug':'s','callback':'c','schedule':{},'nextRunAt':1,'x':1} | payload.x: unknown field"
            })
    void should_refuse_fields_of_another_kind(String payload, String problem) {
        assertThat(problems(EventType.of(ScheduleEvent.Configured.class), payload))
                .containsExactly(problem.replace('\'', '"'));
    }

    @Test
    void should_require_the_next_run_in_the_end_of_a_run() {
        assertThat(problems(EventType.of(ScheduleEvent.ExecutionFinished.class), "{'slug':'s','outcome':'failed'}"))
                .containsExactly("payload.nextRunAt: expected an integer or null, got nothing");
    }

    @Test
    void should_check_the_event_to_append_as_the_host_would() {
        assertThat(ofTarget("{'type': 'events.iterate.com/scheduling/schedule-cancelled', 'payload': {'slug': 5}}"))
                .containsExactly("payload.append.payload.slug: expected a non-empty string, got 5");
    }

    @Test
    void should_refuse_an_event_whose_operation_control_does_not_include() {
        assertThat(
                        ofTarget(
                                "{'type': 'millrace/lease-released', 'payload': {'slug': 's', 'holder': 'h', 'epoch': 1, 'lease': 'PT1S'}}"))
                .containsExactly("payload.append.type: a schedule cannot append 'millrace/lease-released', which takes"
                        + " 'process'; let a caller append it");
        assertThat(ofTarget("{'type': '" + Decided.NAME + "'}"))
                .containsExactly("payload.append.type: a schedule cannot append '" + Decided.NAME
                        + "', which takes 'approve'; let a caller append it");
    }

    @Test
    void should_require_control_and_act_on_every_spelling_of_its_events() {
        assertThat(new SchedulerProvider().events()).hasSize(5).allSatisfy(event -> {
            assertThat(event.isActivating()).isTrue();
            assertThat(event.operation()).isEqualTo(Operation.CONTROL);
        });
        for (String name : List.of(
                "append-scheduled",
                "schedule-configured",
                "schedule-cancelled",
                "schedule-execution-started",
                "schedule-execution-finished")) {
            assertThat(known.operation("events.iterate.com/scheduling/" + name)).isEqualTo(Operation.CONTROL);
            assertThat(known.operation("events.iterate.com/core/" + name)).isEqualTo(Operation.CONTROL);
        }
    }
}
