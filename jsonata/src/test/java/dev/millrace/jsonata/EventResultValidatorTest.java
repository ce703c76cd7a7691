package dev.millrace.jsonata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.hosting.PayloadCheck;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventResultValidatorTest {
    @Test
    void should_read_every_field_of_an_event() {
        // given
        String full = "{\"type\":\" a \",\"payload\":{\"n\":1},\"metadata\":{\"m\":2},\"source\":{\"s\":3},"
                + "\"idempotencyKey\":\" k \",\"offset\":7}";

        // then
        assertThat(EventResultValidator.input(JsonCodec.parse(full), PayloadCheck.NONE))
                .isEqualTo(EventInput.builder()
                        .type("a")
                        .payload(JsonCodec.parse("{\"n\":1}"))
                        .metadata(JsonCodec.parse("{\"m\":2}"))
                        .source(JsonCodec.parse("{\"s\":3}"))
                        .idempotencyKey("k")
                        .offset(7)
                        .build());
        assertThat(EventResultValidator.input(JsonCodec.parse("{\"type\":\"a\"}"), PayloadCheck.NONE))
                .isEqualTo(EventInput.ofType("a"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "[]                                            | event: expected an object, got an array",
                "{}                                            | type: expected a string, got nothing",
                "{\"type\":\" \"}                              | type: expected 1 to 2048 characters, got 0",
                "{\"type\":\"\\ud800\"}                        | type: expected whole characters, got half of a surrogate pair",
                "{\"type\":\"a\",\"payload\":null}             | payload: expected an object, got null",
                "{\"type\":\"a\",\"metadata\":\"m\"}           | metadata: expected an object, got a string",
                "{\"type\":\"a\",\"source\":[]}                 | source: expected an object, got an array",
                "{\"type\":\"a\",\"idempotencyKey\":1}         | idempotencyKey: expected a non-empty string, got a number",
                "{\"type\":\"a\",\"idempotencyKey\":\"\"}      | idempotencyKey: expected a non-empty string, got an empty one",
                "{\"type\":\"a\",\"idempotencyKey\":\"millrace/x\"} | idempotencyKey: begins with 'millrace/', which is reserved for the service",
                "{\"type\":\"a\",\"offset\":0}                 | offset: expected a positive integer, got a number",
                "{\"type\":\"a\",\"streamPath\":\"/x\"}        | streamPath: unknown field",
                "{\"type\":\"https://events.iterate.com/paused\",\"payload\":{\"reason\":true}} | payload.reason: expected a string, got true",
            })
    void should_list_the_problems_of_a_tree(String tree, String problem) {
        assertThat(EventResultValidator.problems(JsonCodec.parse(tree), PayloadCheck.NONE))
                .containsExactly(problem);
        assertThatThrownBy(() -> EventResultValidator.input(JsonCodec.parse(tree), PayloadCheck.NONE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(problem);
    }

    @Test
    void should_ask_the_host_about_the_payload_of_its_types() {
        assertThat(EventResultValidator.problems(
                        JsonCodec.parse("{\"type\":\" a \",\"payload\":{\"n\":1}}"),
                        (type, payload) -> List.of("payload.n: " + type + " takes no " + payload.path("n"))))
                .containsExactly("payload.n: a takes no 1");
    }
}
