package dev.millrace.contracts;

import static dev.millrace.contracts.EventStreamsSubject.event;
import static dev.millrace.contracts.EventStreamsSubject.input;
import static dev.millrace.contracts.EventStreamsSubject.refusal;
import static dev.millrace.contracts.EventStreamsSubject.said;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.AppendResult;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.StreamPath;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests of invalid inputs: an input that breaks the append rules is stored as an event that names the problems. */
interface InvalidInputTests extends EventStreamsSubject {
    /** Inputs, each with the field that its error must name. */
    static Stream<Arguments> invalidInputs() {
        EventInput valid = said("hi");
        return Stream.of(
                wrong("an array as payload", "payload", event("said", "[]")),
                wrong("null as payload", "payload", event("said", "null")),
                wrong("text as payload", "payload", event("said", "\"text\"")),
                wrong(
                        "an array as metadata",
                        "metadata",
                        input("said", "{}").metadata(JsonCodec.parse("[1]")).build()),
                wrong(
                        "a text as source",
                        "source",
                        input("said", "{}").source(JsonCodec.parse("\"here\"")).build()),
                wrong("an empty key", "idempotencyKey", said("hi", "")),
                wrong("a blank key", "idempotencyKey", said("hi", "  ")),
                wrong("an empty type", "type", event("", "{}")),
                wrong("a blank type", "type", event(" \t", "{}")),
                wrong("a long type", "type", event("t".repeat(2049), "{}")),
                wrong(
                        "offset 0",
                        "offset",
                        EventInput.builder().from(valid).offset(0).build()),
                wrong(
                        "a negative offset",
                        "offset",
                        EventInput.builder().from(valid).offset(-1).build()),
                wrong("a built-in type without a field", "metadata", event(BuiltInType.METADATA_UPDATED.type(), "{}")),
                wrong(
                        "a built-in type with a field too many",
                        "mood",
                        event(BuiltInType.PAUSED.type(), "{\"mood\":\"bad\"}")),
                wrong(
                        "a built-in type in another spelling",
                        "childPath",
                        event("events.iterate.com/core/child-stream-created", "{\"childPath\":7}")),
                wrong("a built-in type of our own", "processor", event(BuiltInType.PROCESSOR_ATTACHED.type(), "{}")));
    }

    private static Arguments wrong(String name, String field, EventInput input) {
        return Arguments.of(Named.of(name, input), field);
    }

    @ParameterizedTest
    @MethodSource("dev.millrace.contracts.InvalidInputTests#invalidInputs")
    default void should_keep_an_invalid_input_and_say_what_is_wrong(EventInput input, String field) {
        StreamPath path = fresh();

        AppendResult appended = append(path, input);

        assertThat(appended.offset()).isEqualTo(2);
        assertThat(BuiltInType.INVALID_EVENT_APPENDED.matches(appended.event().type()))
                .isTrue();
        assertThat(appended.event().payloadJson().path("error").textValue()).contains(field);
        assertThat(appended.event().payloadJson().path("rawInput"))
                .isEqualTo(JsonCodec.parse(JsonCodec.write(JsonCodec.toTree(input))));
        assertThat(appended.event().idempotencyKey()).isEmpty();
        assertThat(appended.event().metadata()).isEmpty();
        assertThat(history(path)).last().isEqualTo(appended.event());
    }

    @Test
    default void should_accept_the_longest_type() {
        assertThat(append(fresh(), event("t".repeat(2048), "{}")).event().type())
                .hasSize(2048);
    }

    @Test
    default void should_store_two_invalid_inputs_with_the_same_key() {
        StreamPath path = fresh();
        EventInput invalid = input("said", "[]").idempotencyKey("key").build();

        AppendResult first = append(path, invalid);
        AppendResult second = append(path, invalid);

        assertThat(second.replayed()).isFalse();
        assertThat(second.offset()).isEqualTo(first.offset() + 1);
        assertThat(append(path, said("valid", "key")).replayed()).isFalse();
    }

    @Test
    default void should_refuse_keys_that_are_reserved_for_the_service() {
        StreamPath path = fresh();

        var refusal = refusal(subject().append(path, said("mine", "millrace/announce:/a")));

        assertThat(refusal.code()).isEqualTo(Code.BAD_REQUEST);
        assertThat(refusal).hasMessageContaining("millrace/");
        assertThat(types(path)).isEmpty();
    }
}
