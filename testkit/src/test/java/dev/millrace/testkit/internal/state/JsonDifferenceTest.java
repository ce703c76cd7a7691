package dev.millrace.testkit.internal.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.JsonCodec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonDifferenceTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"a\":1,\"b\":2} | {\"b\":2,\"a\":1} | equal",
                "1 | 1.0 | equal",
                "1e3 | 1000 | equal",
                "1 | 2 | $: 1 and 2",
                "1 | \"1\" | $: 1 and \"1\"",
                "{\"a\":[1,2]} | {\"a\":[1,3]} | $.a[1]: 2 and 3",
                "{\"a\":[1,2]} | {\"a\":[1]} | $.a[1]: 2 and nothing",
                "{} | {\"a b\":null} | $[\"a b\"]: nothing and null",
                "{\"a\":{\"b\":[{\"c\":true}]}} | {\"a\":{\"b\":[{\"c\":false}]}} | $.a.b[0].c: true and false",
                "[] | {} | $: [] and {}",
                "9007199254740993 | 9007199254740992.0 | $: 9007199254740993 and 9007199254740992.0",
            })
    void should_find_the_first_difference(String left, String right, String difference) {
        assertThat(JsonDifference.between(JsonCodec.parse(left), JsonCodec.parse(right))
                        .map(JsonDifference::toString)
                        .orElse("equal"))
                .isEqualTo(difference);
    }

    @Test
    void should_compare_infinities_and_bytes_as_text() {
        JsonNodeFactory json = JsonNodeFactory.instance;

        assertThat(JsonDifference.between(json.numberNode(Double.NaN), json.numberNode(Float.NaN)))
                .isEmpty();
        assertThat(JsonDifference.between(json.numberNode(Double.NaN), json.numberNode(1)))
                .isPresent();
        assertThat(JsonDifference.between(json.binaryNode(new byte[] {1, 2}), json.textNode("AQI=")))
                .isEmpty();
    }

    @Test
    void should_shorten_long_values() {
        JsonNodeFactory json = JsonNodeFactory.instance;

        assertThat(JsonDifference.between(json.textNode("x".repeat(999)), json.nullNode()))
                .hasValueSatisfying(
                        difference -> assertThat(difference.left()).hasSize(200).endsWith("x…"));
    }
}
