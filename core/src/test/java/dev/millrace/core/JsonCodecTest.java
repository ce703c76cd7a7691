package dev.millrace.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonCodecTest {
    record Sample(String text, int count, BigDecimal amount, Optional<Instant> at, Duration took) {}

    record Shape(Sample inner) {}

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.0",
                "1e5",
                "1E+5",
                "12345678901234567890.12",
                "-0",
                "-0.0",
                "0.10",
                "1e-7",
                "123456789012345678901234567890",
                "1e999999999",
                "0"
            })
    void should_keep_the_characters_of_every_number(String number) {
        byte[] loose = ("{ \"n\" : [ " + number + " , { \"m\" :\t" + number + " } ] }\n").getBytes(UTF_8);
        String compact = "{\"n\":[" + number + ",{\"m\":" + number + "}]}";

        assertThat(text(JsonCodec.compact(loose))).isEqualTo(compact);
        assertThat(text(JsonCodec.compact(JsonCodec.indent(loose)))).isEqualTo(compact);
        assertThat(text(JsonCodec.compact(number.getBytes(UTF_8)))).isEqualTo(number);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-1.10, -1.10",
        "1e3, 0.1e+4",
        "-1E-7, -0.1e-6",
        "0e0, 0.0e+1",
        "120e5, 1.20e+7",
        "2.50E10, 2.50e+10",
        "2.50e-10, 2.50e-10",
        "1e999999999, 0.1e+1000000000"
    })
    void should_write_exponents_as_every_yaml_reader_takes_them(String json, String yaml) {
        assertThat(JsonCodec.yamlNumber(json)).isEqualTo(yaml);
        assertThat(new BigDecimal(yaml)).isEqualTo(new BigDecimal(json));
        assertThat(yaml).matches("-?[0-9]+(\\.[0-9]+(e[-+][0-9]+)?)?");
    }

    @Test
    void should_indent_by_two_spaces() {
        assertThat(text(JsonCodec.indent("{\"a\":1,\"b\":{\"c\":[1,{\"d\":null}]},\"e\":{},\"f\":[]}".getBytes(UTF_8))))
                .isEqualTo("""
                        {
                          "a": 1,
                          "b": {
                            "c": [
                              1,
                              {
                                "d": null
                              }
                            ]
                          },
                          "e": {},
                          "f": []
                        }""");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"grüße", "日本語", "😀", "e\u0301", "\u2028", "a\\u0000b", "\\\"\\\\\\/", "\\n\\t\\r", "\\u00e9"})
    void should_carry_every_character(String inside) {
        byte[] json = ("{\"" + inside + "\":\"" + inside + "\"}").getBytes(UTF_8);
        JsonNode tree = JsonCodec.parse(json);

        assertThat(JsonCodec.parse(JsonCodec.compact(json))).isEqualTo(tree);
        assertThat(JsonCodec.parse(JsonCodec.indent(json))).isEqualTo(tree);
        assertThat(JsonCodec.isValid(json)).isTrue();
        assertThat(JsonCodec.parse(JsonCodec.write(tree))).isEqualTo(tree);
    }

    @Test
    void should_write_characters_beyond_the_basic_plane_as_themselves() {
        byte[] json = "{\"face\":\"😀\"}".getBytes(UTF_8);

        assertThat(text(JsonCodec.compact(json))).isEqualTo("{\"face\":\"😀\"}");
        assertThat(JsonCodec.writeText(JsonCodec.parse(json))).isEqualTo("{\"face\":\"😀\"}");
    }

    @Test
    void should_make_texts_well_formed() {
        for (String half : List.of("\ud800", "\udbff", "\udc00", "\udfff")) {
            for (String sent : List.of(half, "a" + half, half + "b", "a" + half + "b", half + "😀", "😀" + half)) {
                String whole = sent.replace(half, "\ufffd");
                JsonNode json = JsonCodec.parse("[1,{}]");
                ((ObjectNode) json.get(1))
                        .put("x" + sent, sent)
                        .putArray("y")
                        .add(sent)
                        .addNull();

                assertThat(JsonCodec.toWellFormed(sent)).isEqualTo(whole);
                assertThat(JsonCodec.writeText(JsonCodec.toWellFormed(json)))
                        .isEqualTo("[1,{\"x" + whole + "\":\"" + whole + "\",\"y\":[\"" + whole + "\",null]}]");
                assertThat(json.get(1).path("x" + sent).textValue()).isEqualTo(sent);
                assertThat(JsonCodec.parse("\"" + sent + "\"").textValue()).isEqualTo(whole);
            }
        }
        JsonNode whole = JsonCodec.parse("{\"a\":[\"😀\",1.50]}");
        assertThat(JsonCodec.toWellFormed(whole)).isSameAs(whole);
        assertThat(JsonCodec.toWellFormed("\ud83d\ude00")).isEqualTo("😀");
    }

    @Test
    void should_keep_half_a_surrogate_pair() {
        byte[] json = "{\"delta\":\"\\ud83d\",\"and\":\"\\ude00x\"}".getBytes(UTF_8);

        assertThat(JsonCodec.parse(json).path("delta").textValue()).isEqualTo("\ud83d");
        assertThat(JsonCodec.parse(JsonCodec.compact(json))).isEqualTo(JsonCodec.parse(json));
        assertThat(JsonCodec.parse(JsonCodec.write(JsonCodec.parse(json)))).isEqualTo(JsonCodec.parse(json));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "  \n",
                "{",
                "{\"a\":1",
                "[1,",
                "{\"a\":1} x",
                "1 2",
                "{} {}",
                "nul",
                "{'a':1}",
                "{a:1}",
                "NaN",
                "01",
                "\"\n\""
            })
    void should_refuse_a_text_that_is_not_one_json_value(String text) {
        byte[] json = text.getBytes(UTF_8);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> JsonCodec.parse(json))
                .withMessageContaining("line ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JsonCodec.compact(json))
                .withMessageContaining("line ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JsonCodec.indent(json))
                .withMessageContaining("line ");
        assertThat(JsonCodec.isValid(json)).isFalse();
    }

    @Test
    void should_name_line_and_column() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JsonCodec.parse("{\n  \"a\": oops\n}"))
                .withMessageContaining("(line 2, column ")
                .withMessageContaining("oops");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "nope                 | expected a value, got 'nope' (line 1, column 1)",
                "{\"a\":NaN}            | expected a value, got 'NaN' (line 1, column 9)",
                "@file                | expected a value, got '@' (line 1, column 1)",
                "+1                   | expected a value, got '+' (line 1, column 2)",
                "[1,]                 | expected a value, got ']' (line 1, column 4)",
                "// no                | expected a value, got '/'; JSON has no comments (line 1, column 1)",
                "{\"a\" 1}             | expected a colon after a name, got '1' (line 1, column 6)",
                "{a:1}                | expected a name in double quotes, got 'a' (line 1, column 2)",
                "[1 2]                | expected a comma or the end, got '2' (line 1, column 4)",
                "1.                   | expected a digit after the decimal point (line 1, column 2)",
                "01                   | a number must not have leading zeros (line 1, column 2)",
                "{                    | it ends too early (line 1, column 2)",
                "-                    | it ends too early (line 1, column 2)",
                "\"abc                 | it ends too early (line 1, column 5)",
                "~\"a\tb\"~             | the control character 9 in a text must be escaped (line 1, column 3)",
                "\"\\x\"                | 'x' must not follow a backslash (line 1, column 3)",
                "\"\\u12\"              | expected four hexadecimal digits, got '\"' (line 1, column 6)",
                "}                    | '}' without its opening bracket (line 1, column 1)",
                "[1}                  | expected ']', got '}' (line 1, column 3)",
                "1 2                  | expected the end, got more text after the value (line 1, column 3)",
            })
    void should_say_what_was_expected_and_what_was_found(String json, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JsonCodec.parse(json))
                .withMessage(message);
    }

    @Test
    void should_not_mention_the_library() {
        List<String> texts = List.of(
                "\u0001",
                "1".repeat(3000),
                "[".repeat(2000),
                "\"" + "x".repeat(100_000) + "\":1",
                "{\"" + "x".repeat(100_000) + "\":1}",
                "[1 /* */]",
                "[-Infinity]",
                "\u00e9");
        for (String text : texts) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> JsonCodec.parse(text))
                    .satisfies(e -> assertThat(e.getMessage())
                            .doesNotContain("Feature", "Stream", "`", "[Source", "jackson", "CTRL-CHAR"));
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JsonCodec.fromTree(JsonCodec.parse("\"x\""), Integer.class))
                .withMessage("expected a whole number, got \"x\"");
    }

    @Test
    void should_refuse_bytes_that_are_not_utf_8() {
        byte[] latin = {'{', '"', 'a', '"', ':', '"', (byte) 0xe4, '"', '}'};

        assertThatIllegalArgumentException().isThrownBy(() -> JsonCodec.parse(latin));
        assertThatIllegalArgumentException().isThrownBy(() -> JsonCodec.compact(latin));
    }

    @Test
    void should_keep_every_digit_of_decimals_in_trees() {
        JsonNode tree = JsonCodec.parse("{\"a\":12345678901234567890.120,\"b\":1.0}");

        assertThat(JsonCodec.writeText(tree)).isEqualTo("{\"a\":12345678901234567890.120,\"b\":1.0}");
    }

    @Test
    void should_carry_values_both_ways() {
        Sample sample = new Sample(
                "x",
                7,
                new BigDecimal("1.10"),
                Optional.of(Instant.parse("2026-04-14T11:20:30.456Z")),
                Duration.ofSeconds(90));

        JsonNode tree = JsonCodec.toTree(sample);

        assertThat(JsonCodec.writeText(tree))
                .isEqualTo(
                        "{\"text\":\"x\",\"count\":7,\"amount\":1.10,\"at\":\"2026-04-14T11:20:30.456Z\",\"took\":\"PT1M30S\"}");
        assertThat(JsonCodec.fromTree(tree, Sample.class)).isEqualTo(sample);
    }

    @Test
    void should_omit_absent_fields() {
        Sample sample = new Sample("x", 7, BigDecimal.ONE, Optional.empty(), Duration.ZERO);

        assertThat(JsonCodec.toTree(sample).has("at")).isFalse();
        assertThat(JsonCodec.fromTree(JsonCodec.toTree(sample), Sample.class)).isEqualTo(sample);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'text':'x','amount':1,'took':'PT0S'}",
                "{'text':'x','count':null,'amount':1,'took':'PT0S'}",
                "{'text':'x','count':'seven','amount':1,'took':'PT0S'}",
                "{'text':'x','count':5.7,'amount':1,'took':'PT0S'}",
                "{'text':'x','count':99999999999,'amount':1,'took':'PT0S'}"
            })
    void should_name_the_field_that_does_not_fit(String json) {
        JsonNode tree = JsonCodec.parse(json.replace('\'', '"'));
        JsonNode nested = JsonCodec.parse("{\"inner\":" + tree + "}");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> JsonCodec.fromTree(tree, Sample.class))
                .withMessageContaining("count");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JsonCodec.fromTree(nested, Shape.class))
                .withMessageContaining("count")
                .withMessageContaining("inner");
    }

    @Test
    void should_refuse_json_null_if_a_value_is_required() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> JsonCodec.fromTree(JsonCodec.parse("null"), Sample.class));
    }

    @Test
    void should_return_new_trees() {
        JsonNode given = JsonCodec.parse("{\"a\":{}}");

        assertThat(JsonCodec.toTree((Object) given)).isEqualTo(given).isNotSameAs(given);
        assertThat(JsonCodec.toTree((Object) null).isNull()).isTrue();
    }

    @Test
    void should_write_times_with_exactly_three_digits() {
        assertThat(JsonCodec.time(Instant.parse("2026-04-14T11:20:30Z"))).isEqualTo("2026-04-14T11:20:30.000Z");
        assertThat(JsonCodec.time(Instant.parse("2026-04-14T11:20:30.456789Z"))).isEqualTo("2026-04-14T11:20:30.456Z");
    }

    @Test
    void should_write_inputs_without_absent_fields() {
        assertThat(JsonCodec.writeText(JsonCodec.toTree(EventInput.ofType("t"))))
                .isEqualTo("{\"type\":\"t\",\"payload\":{}}");
        assertThat(JsonCodec.writeText(JsonCodec.toTree(EventInput.builder()
                        .type("t")
                        .payload(JsonCodec.parse("{\"a\":1.0}"))
                        .metadata(JsonCodec.parse("{\"by\":\"ann\"}"))
                        .source(JsonCodec.parse("{\"from\":\"x\"}"))
                        .idempotencyKey("k")
                        .offset(3)
                        .build())))
                .isEqualTo("{\"type\":\"t\",\"payload\":{\"a\":1.0},\"metadata\":{\"by\":\"ann\"},"
                        + "\"source\":{\"from\":\"x\"},"
                        + "\"idempotencyKey\":\"k\",\"offset\":3}");
    }

    private static String text(byte[] json) {
        return new String(json, UTF_8);
    }
}
