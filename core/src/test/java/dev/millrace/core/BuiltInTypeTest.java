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
    void should_know_no_other_type(String type) {
        assertThat(BuiltInType.of(type)).isEmpty();
        assertThat(BuiltInType.PAUSED.matches(type)).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void should_be_found_under_the_spelling_it_is_written_with(BuiltInType builtIn) {
        assertThat(BuiltInType.of(builtIn.type())).contains(builtIn);
    }

    @Test
    void should_read_millrace_types_under_one_prefix_only() {
        assertThat(Arrays.stream(BuiltInType.values())
                        .map(BuiltInType::type)
                        .filter(type -> !type.startsWith("https://events.iterate.com/events/stream/")))
                .containsExactlyInAnyOrder(
                        "millrace/processor-attached",
                        "millrace/processor-detached",
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
    void should_accept_a_payload_that_fits(BuiltInType builtIn, String payload) {
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
                        Map.entry(BuiltInType.HTML_RENDERER_CONFIGURED, "{'slug':'s','matcher':'m','template':''}"),
                        Map.entry(BuiltInType.PROCESSOR_ATTACHED, "{'processor':'p','config':{},'subtree':true}"),
                        Map.entry(BuiltInType.PROCESSOR_DETACHED, "{'processor':'p'}"),
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
                "INVALID_EVENT_APPENDED|{'rawInput':1,'error':'e','request':{}}|payload.request: only the service writes this field; leave it out",
                "PAUSED|{'reason':null}|payload.reason: expected a string, got null",
                "PAUSED|{'reasons':'x'}|payload.reasons: unknown field",
                "PROCESSOR_ATTACHED|{'processor':'p','config':1}|payload.config: expected an object, got 1",
                "EFFECT_FAILED|{'processor':'p','version':1,'source':{},'message':'m'}|payload.attempts: expected a positive integer, got nothing",
                "PROGRESS_SAVED|{'slug':'s','path':'/a','incarnation':'i','acknowledgedThrough':-1}|payload.acknowledgedThrough: expected 0 or more, got -1",
                "PROGRESS_SAVED|{'slug':'s','path':'/a','incarnation':'i','acknowledgedThrough':18446744073709551617}|payload.acknowledgedThrough: expected 0 or more, got 18446744073709551617",
                "PROGRESS_SAVED|{'slug':'s','path':'/a','acknowledgedThrough':1}|payload.incarnation: expected a string, got nothing"
            })
    void should_name_the_field_and_the_problem(BuiltInType builtIn, String payload, String problem) {
        assertThat(builtIn.problems(JsonCodec.parse(payload.replace('\'', '"'))))
                .containsExactly(problem.replace('\'', '"'));
    }

    @Test
    void should_report_every_problem_at_once_and_shorten_what_is_long() {
        String payload = "{\"slug\":1,\"matcher\":\"" + "x".repeat(500) + "\",\"template\":[\"" + "y".repeat(500)
                + "\"],\"z\":1,\"a\":2}";

        assertThat(BuiltInType.HTML_RENDERER_CONFIGURED.problems(JsonCodec.parse(payload)))
                .hasSize(4)
                .allSatisfy(problem -> assertThat(problem).hasSizeLessThan(140))
                .satisfiesExactly(
                        slug -> assertThat(slug).startsWith("payload.slug:"),
                        template -> assertThat(template)
                                .startsWith("payload.template:")
                                .endsWith("..."),
                        a -> assertThat(a).isEqualTo("payload.a: unknown field"),
                        z -> assertThat(z).isEqualTo("payload.z: unknown field"));
    }

    @Test
    void should_name_the_fields_of_a_payload_in_the_order_of_their_declaration() {
        assertThat(BuiltInType.CHILD_STREAM_CREATED.fields()).containsExactly("childPath");
        assertThat(BuiltInType.HTML_RENDERER_CONFIGURED.fields()).containsExactly("slug", "matcher", "template");
    }
}
