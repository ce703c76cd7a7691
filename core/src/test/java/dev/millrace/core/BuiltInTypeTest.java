package dev.millrace.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class BuiltInTypeTest {
    private static final String OLD = "https://events.iterate.com/events/stream/";

    @ParameterizedTest
    @CsvSource({
        "INITIALIZED,initialized",
        "CHILD_STREAM_CREATED,child-stream-created",
        "METADATA_UPDATED,metadata-updated",
        "ERROR_OCCURRED,error-occurred",
        "INVALID_EVENT_APPENDED,invalid-event-appended",
        "PAUSED,paused",
        "RESUMED,resumed",
        "CIRCUIT_BREAKER_CONFIGURED,circuit-breaker-configured",
        "SUBSCRIPTION_CONFIGURED,subscription/configured",
        "JSONATA_TRANSFORMER_CONFIGURED,jsonata-transformer-configured",
        "APPEND_SCHEDULED,append-scheduled",
        "SCHEDULE_CONFIGURED,schedule/configured",
        "SCHEDULE_CANCELLED,schedule/cancelled",
        "SCHEDULE_EXECUTION_STARTED,schedule/internal/execution-started",
        "SCHEDULE_EXECUTION_FINISHED,schedule/internal/execution-finished",
        "DYNAMIC_WORKER_CONFIGURED,dynamic-worker/configured",
        "DYNAMIC_WORKER_ENV_VAR_SET,dynamic-worker/env-var-set",
        "HTML_RENDERER_CONFIGURED,html-renderer-configured"
    })
    void should_be_written_with_the_long_names_and_read_under_the_short_ones(BuiltInType builtIn, String name) {
        assertThat(builtIn.type()).isEqualTo(OLD + name);
        assertThat(BuiltInType.of(OLD + name)).contains(builtIn);
        assertThat(BuiltInType.of("https://events.iterate.com/" + name)).contains(builtIn);
        assertThat(BuiltInType.of("events.iterate.com/core/" + name)).contains(builtIn);
        assertThat(BuiltInType.of("events.iterate.com/stream/" + name)).contains(builtIn);
    }

    @ParameterizedTest
    @CsvSource({
        "INITIALIZED,events.iterate.com/core/stream-first-initialized",
        "INITIALIZED,events.iterate.com/stream/created",
        "CHILD_STREAM_CREATED,events.iterate.com/core/child-stream-created",
        "METADATA_UPDATED,events.iterate.com/core/metadata-updated",
        "ERROR_OCCURRED,events.iterate.com/core/error-occurred",
        "INVALID_EVENT_APPENDED,events.iterate.com/core/invalid-event-appended",
        "PAUSED,events.iterate.com/core/paused",
        "RESUMED,events.iterate.com/core/resumed",
        "CIRCUIT_BREAKER_CONFIGURED,events.iterate.com/core/circuit-breaker-configured",
        "SUBSCRIPTION_CONFIGURED,events.iterate.com/core/subscription-configured",
        "SUBSCRIPTION_CONFIGURED,events.iterate.com/stream/subscription-configured",
        "JSONATA_TRANSFORMER_CONFIGURED,events.iterate.com/core/jsonata-transformer-configured",
        "JSONATA_TRANSFORMER_CONFIGURED,events.iterate.com/jsonata-reactor/rule-configured",
        "APPEND_SCHEDULED,events.iterate.com/scheduling/append-scheduled",
        "SCHEDULE_CONFIGURED,events.iterate.com/scheduling/schedule-configured",
        "SCHEDULE_CANCELLED,events.iterate.com/scheduling/schedule-cancelled",
        "SCHEDULE_EXECUTION_STARTED,events.iterate.com/scheduling/schedule-execution-started",
        "SCHEDULE_EXECUTION_FINISHED,events.iterate.com/scheduling/schedule-execution-finished",
        "HTML_RENDERER_CONFIGURED,events.iterate.com/core/html-renderer-configured"
    })
    void should_understand_the_later_generations(BuiltInType builtIn, String spelling) {
        assertThat(BuiltInType.of(spelling)).contains(builtIn);
        assertThat(builtIn.matches(spelling)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hello-world",
                "paused",
                "",
                "events.iterate.com/paused",
                "https://events.iterate.com/manual-event-appended",
                "https://events.iterate.com/events/example/value-recorded",
                "https://events.iterate.com/created",
                "events.iterate.com/scheduling/paused",
                "events.iterate.com/stream/rule-configured",
                "https://events.iterate.com/events/stream/durable-object-woke-up",
                "https://events.iterate.com/events/stream/Paused",
                "https://events.iterate.com/events/stream/paused ",
                "https://events.iterate.com/millrace/effect-failed",
                "millrace/unheard-of"
            })
    void should_leave_every_other_type_to_its_owner(String type) {
        assertThat(BuiltInType.of(type)).isEmpty();
        assertThat(BuiltInType.PAUSED.matches(type)).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void should_be_found_under_the_spelling_it_is_written_with(BuiltInType builtIn) {
        assertThat(BuiltInType.of(builtIn.type())).contains(builtIn);
    }

    @Test
    void should_keep_our_own_types_under_our_own_prefix_alone() {
        assertThat(Arrays.stream(BuiltInType.values())
                        .map(BuiltInType::type)
                        .filter(type -> !type.startsWith("https://events.iterate.com/events/stream/")))
                .containsExactlyInAnyOrder(
                        "millrace/processor-attached",
                        "millrace/processor-detached",
                        "millrace/subscription-removed",
                        "millrace/delivery-failed",
                        "millrace/delivery-succeeded",
                        "millrace/subscription-disabled",
                        "millrace/jsonata-transformer-removed",
                        "millrace/dynamic-worker-removed",
                        "millrace/effect-failed",
                        "millrace/processor-halted",
                        "millrace/payload-malformed",
                        "millrace/progress-saved",
                        "millrace/lease-claimed",
                        "millrace/lease-renewed",
                        "millrace/lease-released");
    }

    @ParameterizedTest
    @MethodSource("fitting")
    void should_find_nothing_wrong_with_a_payload_that_fits(BuiltInType builtIn, String payload) {
        assertThat(builtIn.problems(JsonCodec.parse(payload))).isEmpty();
    }

    static Stream<Arguments> fitting() {
        String lease = "{'slug':'s','holder':'h','epoch':1,'lease':'PT10S'}";
        String failure = "'processor':'p','version':1,'source':{'path':'/a','offset':2},'message':'m'";
        return Stream.of(
                        Map.entry(BuiltInType.INITIALIZED, "{'projectSlug':'public','path':'/'}"),
                        Map.entry(BuiltInType.CHILD_STREAM_CREATED, "{'childPath':'/a'}"),
                        Map.entry(BuiltInType.METADATA_UPDATED, "{'metadata':{}}"),
                        Map.entry(BuiltInType.ERROR_OCCURRED, "{'message':'m','error':{'name':'E'}}"),
                        Map.entry(BuiltInType.INVALID_EVENT_APPENDED, "{'rawInput':null,'error':''}"),
                        Map.entry(BuiltInType.PAUSED, "{}"),
                        Map.entry(BuiltInType.PAUSED, "{'reason':'because'}"),
                        Map.entry(BuiltInType.RESUMED, "{'reason':''}"),
                        Map.entry(BuiltInType.CIRCUIT_BREAKER_CONFIGURED, "{}"),
                        Map.entry(
                                BuiltInType.CIRCUIT_BREAKER_CONFIGURED,
                                "{'enabled':false,'burstCapacity':5,'refillRatePerMinute':1,'weights':{'a':0,'b':1.5},"
                                        + "'maxHops':64,'maxDepth':1000,'repetition':{'count':3}}"),
                        Map.entry(
                                BuiltInType.SUBSCRIPTION_CONFIGURED,
                                "{'slug':'s','type':'webhook','callbackUrl':'https://x','jsonataFilter':'a',"
                                        + "'jsonataTransform':'b','signingSecret':'c'}"),
                        Map.entry(
                                BuiltInType.JSONATA_TRANSFORMER_CONFIGURED,
                                "{'slug':'s','matcher':'m','transform':'t'}"),
                        Map.entry(BuiltInType.APPEND_SCHEDULED, "{'slug':'s','append':{},'schedule':{}}"),
                        Map.entry(
                                BuiltInType.SCHEDULE_CONFIGURED,
                                "{'slug':'s','callback':'c','payloadJson':'{}','schedule':{},'nextRunAt':1776165630}"),
                        Map.entry(BuiltInType.SCHEDULE_CANCELLED, "{'slug':'s'}"),
                        Map.entry(BuiltInType.SCHEDULE_EXECUTION_STARTED, "{'slug':'s','startedAt':1776165630}"),
                        Map.entry(
                                BuiltInType.SCHEDULE_EXECUTION_FINISHED,
                                "{'slug':'s','outcome':'failed','nextRunAt':null}"),
                        Map.entry(BuiltInType.DYNAMIC_WORKER_CONFIGURED, "{'slug':'s','script':'x'}"),
                        Map.entry(BuiltInType.DYNAMIC_WORKER_CONFIGURED, "{'slug':'s','modules':{}}"),
                        Map.entry(BuiltInType.DYNAMIC_WORKER_ENV_VAR_SET, "{'key':'k','value':''}"),
                        Map.entry(BuiltInType.HTML_RENDERER_CONFIGURED, "{'slug':'s','matcher':'m','template':''}"),
                        Map.entry(BuiltInType.PROCESSOR_ATTACHED, "{'processor':'p','config':{},'subtree':true}"),
                        Map.entry(BuiltInType.PROCESSOR_DETACHED, "{'processor':'p'}"),
                        Map.entry(BuiltInType.SUBSCRIPTION_REMOVED, "{'slug':'s'}"),
                        Map.entry(
                                BuiltInType.DELIVERY_FAILED,
                                "{'slug':'s','offset':7,'attempt':1,'status':500,'message':'m',"
                                        + "'nextAttemptAt':'2026-01-01T00:00:00.000Z','configuredAt':2}"),
                        Map.entry(BuiltInType.DELIVERY_SUCCEEDED, "{'slug':'s','from':3,'through':9,'deliveries':4}"),
                        Map.entry(BuiltInType.SUBSCRIPTION_DISABLED, "{'slug':'s','reason':'gone','configuredAt':2}"),
                        Map.entry(BuiltInType.JSONATA_TRANSFORMER_REMOVED, "{'slug':'s'}"),
                        Map.entry(BuiltInType.DYNAMIC_WORKER_REMOVED, "{'slug':'s'}"),
                        Map.entry(BuiltInType.EFFECT_FAILED, "{" + failure + ",'attempts':4,'attempt':'reply'}"),
                        Map.entry(BuiltInType.PROCESSOR_HALTED, "{" + failure + "}"),
                        Map.entry(BuiltInType.PAYLOAD_MALFORMED, "{" + failure + "}"),
                        Map.entry(BuiltInType.LEASE_CLAIMED, lease),
                        Map.entry(BuiltInType.LEASE_RENEWED, lease),
                        Map.entry(BuiltInType.LEASE_RELEASED, lease),
                        Map.entry(
                                BuiltInType.PROGRESS_SAVED,
                                "{'slug':'s','path':'/a','incarnation':'','acknowledgedThrough':0}"))
                .map(entry -> Arguments.of(entry.getKey(), entry.getValue().replace('\'', '"')));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "INITIALIZED|{'path':'/'}|payload.projectSlug: expected a non-empty string, got nothing",
                "CHILD_STREAM_CREATED|{'childPath':''}|payload.childPath: expected a non-empty string, got ''",
                "METADATA_UPDATED|{}|payload.metadata: expected an object, got nothing",
                "METADATA_UPDATED|{'metadata':[]}|payload.metadata: expected an object, got []",
                "METADATA_UPDATED|{'metadata':{},'more':1}|payload.more: unknown field",
                "ERROR_OCCURRED|{'message':' '}|payload.message: expected a non-empty string, got ' '",
                "INVALID_EVENT_APPENDED|{'error':'e'}|payload.rawInput: expected any JSON, got nothing",
                "PAUSED|{'reason':null}|payload.reason: expected a string, got null",
                "PAUSED|{'reasons':'x'}|payload.reasons: unknown field",
                "CIRCUIT_BREAKER_CONFIGURED|{'enabled':'yes'}|payload.enabled: expected true or false, got 'yes'",
                "CIRCUIT_BREAKER_CONFIGURED|{'maxHops':0}|payload.maxHops: expected a positive integer, got 0",
                "CIRCUIT_BREAKER_CONFIGURED|{'maxHops':1.5}|payload.maxHops: expected a positive integer, got 1.5",
                "CIRCUIT_BREAKER_CONFIGURED|{'maxHops':2147483648}|payload.maxHops: expected a positive integer, got 2147483648",
                "CIRCUIT_BREAKER_CONFIGURED|{'maxHops':18446744073709551617}|payload.maxHops: expected a positive integer, got 18446744073709551617",
                "CIRCUIT_BREAKER_CONFIGURED|{'burstCapacity':5}|payload: burstCapacity and refillRatePerMinute go together, both or neither",
                "CIRCUIT_BREAKER_CONFIGURED|{'weights':{'a':-1}}|payload.weights: expected an object of numbers of 0 or more, got {'a':-1}",
                "CIRCUIT_BREAKER_CONFIGURED|{'weights':[1]}|payload.weights: expected an object of numbers of 0 or more, got [1]",
                "CIRCUIT_BREAKER_CONFIGURED|{'repetition':{'count':0}}|payload.repetition: expected {count: a positive integer}, got {'count':0}",
                "CIRCUIT_BREAKER_CONFIGURED|{'repetition':{'count':2,'x':1}}|payload.repetition: expected {count: a positive integer}, got {'count':2,'x':1}",
                "CIRCUIT_BREAKER_CONFIGURED|{'repetition':{}}|payload.repetition: expected {count: a positive integer}, got {}",
                "SCHEDULE_CONFIGURED|{'slug':'s','callback':'c','schedule':{},'nextRunAt':'soon'}|payload.nextRunAt: expected an integer, got 'soon'",
                "SCHEDULE_EXECUTION_FINISHED|{'slug':'s','outcome':'failed'}|payload.nextRunAt: expected an integer or null, got nothing",
                "DYNAMIC_WORKER_CONFIGURED|{'slug':'s'}|payload: expected exactly one of 'script' and 'modules'",
                "DYNAMIC_WORKER_CONFIGURED|{'slug':'s','script':'x','modules':{}}|payload: expected exactly one of 'script' and 'modules'",
                "PROCESSOR_ATTACHED|{'processor':'p','config':1}|payload.config: expected an object, got 1",
                "EFFECT_FAILED|{'processor':'p','version':1,'source':{},'message':'m'}|payload.attempts: expected a positive integer, got nothing",
                "PROGRESS_SAVED|{'slug':'s','path':'/a','incarnation':'i','acknowledgedThrough':-1}|payload.acknowledgedThrough: expected 0 or more, got -1",
                "PROGRESS_SAVED|{'slug':'s','path':'/a','incarnation':'i','acknowledgedThrough':18446744073709551617}|payload.acknowledgedThrough: expected 0 or more, got 18446744073709551617",
                "PROGRESS_SAVED|{'slug':'s','path':'/a','acknowledgedThrough':1}|payload.incarnation: expected a string, got nothing"
            })
    void should_name_the_field_and_the_problem(BuiltInType builtIn, String payload, String problem) {
        boolean quotesWords = problem.contains("'script'");

        assertThat(builtIn.problems(JsonCodec.parse(payload.replace('\'', '"'))))
                .containsExactly(quotesWords ? problem : problem.replace('\'', '"'));
    }

    @Test
    void should_report_every_problem_at_once_and_shorten_what_is_long() {
        String payload = "{\"slug\":1,\"matcher\":\"" + "x".repeat(500) + "\",\"transform\":[\"" + "y".repeat(500)
                + "\"],\"z\":1,\"a\":2}";

        assertThat(BuiltInType.JSONATA_TRANSFORMER_CONFIGURED.problems(JsonCodec.parse(payload)))
                .hasSize(4)
                .allSatisfy(problem -> assertThat(problem).hasSizeLessThan(140))
                .satisfiesExactly(
                        slug -> assertThat(slug).startsWith("payload.slug:"),
                        transform -> assertThat(transform)
                                .startsWith("payload.transform:")
                                .endsWith("..."),
                        a -> assertThat(a).isEqualTo("payload.a: unknown field"),
                        z -> assertThat(z).isEqualTo("payload.z: unknown field"));
    }

    @Test
    void should_name_the_fields_of_a_payload_in_the_order_of_their_declaration() {
        assertThat(BuiltInType.CHILD_STREAM_CREATED.fields()).containsExactly("childPath");
        assertThat(BuiltInType.SCHEDULE_EXECUTION_FINISHED.fields()).containsExactly("slug", "outcome", "nextRunAt");
    }
}
