package dev.millrace.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JsonNumberTest {
    static List<String> appendable() {
        return List.of(
                "0",
                "-0.0",
                "1e400",
                "1e10000",
                "-1E-10000",
                "1e" + "0".repeat(500) + "5",
                "9".repeat(1000),
                "-0." + "1".repeat(999),
                "9".repeat(990) + "e-10000",
                "0." + "0".repeat(990) + "e-10000");
    }

    static List<String> unreadable() {
        return List.of(
                "1e10001",
                "-1E-10001",
                "1e99999999999",
                "1e-2147483649",
                "0e2147483648",
                "1e" + "9".repeat(500),
                "9".repeat(1001),
                "9".repeat(1_000_000),
                "0." + "1".repeat(1000),
                "1e" + "0".repeat(1000));
    }

    @ParameterizedTest
    @MethodSource("appendable")
    void should_be_the_same_after_decoding_and_writing(String number) throws IOException {
        walk(number);
        JsonNode decoded = JsonCodec.parse(number);
        String written = JsonCodec.writeText(decoded);

        walk(written);
        assertThat(JsonCodec.parse(written)).isEqualTo(decoded);
        assertThat(new BigDecimal(written)).isEqualByComparingTo(new BigDecimal(number));
        assertThat(JsonCodec.parse(JsonCodec.yamlNumber(number))).isEqualTo(decoded);
        assertThat(JsonCodec.numberProblem(number)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("unreadable")
    void should_be_refused_where_it_stands(String number) {
        String shown = number.length() <= 40 ? number : number.substring(0, 40) + "…";

        assertThatThrownBy(() -> walk("{\n \"a\": [" + number + "]}"))
                .isInstanceOfSatisfying(JsonParseException.class, e -> {
                    assertThat(e.getLocation().getLineNr()).isEqualTo(2);
                    assertThat(e.getLocation().getColumnNr()).isEqualTo(8);
                    assertThat(JsonCodec.problem(e)).contains(shown).hasSizeLessThan(300);
                });
        assertThat(JsonCodec.numberProblem(number))
                .hasValueSatisfying(problem -> assertThat(problem).contains(shown));
    }

    @Test
    void should_be_refused_by_decoders_in_the_same_words() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JsonCodec.parse("[1, 1e99999999999]"))
                .withMessageContaining("the number 1e99999999999 cannot be represented")
                .withMessageContaining("line 1, column 5");
    }

    @Test
    void should_keep_every_number_of_stored_events() {
        String json = Stream.concat(appendable().stream(), unreadable().stream())
                .toList()
                .toString();

        assertThat(JsonCodec.compact(json.getBytes(UTF_8))).asString(UTF_8).isEqualTo(json.replace(" ", ""));
        assertThat(JsonCodec.compact(JsonCodec.indent(json.getBytes(UTF_8))))
                .asString(UTF_8)
                .isEqualTo(json.replace(" ", ""));
    }

    @Test
    void should_be_appendable_again_after_decoding() throws IOException {
        Random random = new Random(14);
        for (int i = 0; i < 2_000; i++) {
            StringBuilder number = new StringBuilder(random.nextBoolean() ? "-" : "");
            number.append(random.nextInt(1, 10));
            random.ints(random.nextInt(300), 0, 10).forEach(number::append);
            if (random.nextBoolean()) {
                number.append('.').append(random.nextInt(10));
                random.ints(random.nextInt(300), 0, 10).forEach(number::append);
            }
            number.append('e')
                    .append(random.nextBoolean() ? random.nextInt(-10_000, -9_500) : random.nextInt(9_500, 10_001));
            BigDecimal value = new BigDecimal(number.toString());

            String written = JsonCodec.writeText(value);

            walk(written);
            assertThat(new BigDecimal(written)).isEqualTo(value);
        }
    }

    /** Reads all tokens as an input path does. */
    private static void walk(String json) throws IOException {
        try (JsonParser parser = JsonCodec.parser(json.getBytes(UTF_8))) {
            while (parser.nextToken() != null) {
                // the parser checks
            }
        }
    }
}
