package dev.millrace.server.internal.formats;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.contracts.text.RandomJson;
import dev.millrace.core.JsonCodec;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonIndenterTest {
    private static final int DOCUMENTS = Integer.getInteger("millrace.documents", 10_000);
    private static final long SEED =
            Long.getLong("millrace.seed", Boolean.getBoolean("millrace.long") ? System.nanoTime() : 20);

    @Test
    void should_indent_every_value_as_the_library_does() {
        Random random = new Random(SEED);
        int inOnePass = 0;
        for (int i = 0; i < DOCUMENTS; i++) {
            byte[] json = JsonCodec.compact(
                    RandomJson.object(random, 1 + random.nextInt(6)).getBytes(UTF_8));
            String expected = new String(JsonCodec.indent(json), UTF_8) + "\n";

            assertThat(lines(json)).as("seed " + SEED).isEqualTo(expected);
            Optional<byte[]> fast = JsonIndenter.inOnePass(List.of(json));
            fast.ifPresent(lines -> assertThat(new String(lines, UTF_8)).isEqualTo(expected));
            inOnePass += fast.isPresent() ? 1 : 0;
        }
        assertThat(inOnePass).isGreaterThan(DOCUMENTS / 2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "[[],{},[{}],{\"a\":[]}]",
                "null",
                "-1.50E+7",
                "\"a\"",
                "{\"a\":{\"b\":[1,{\"c\":null,\"d\":\"},:[\\\\\\\"\"}],\"e\":\"\"},\"f\":true}"
            })
    void should_indent_without_a_parser(String json) {
        assertThat(JsonIndenter.inOnePass(List.of(json.getBytes(UTF_8))))
                .hasValueSatisfying(lines -> assertThat(new String(lines, UTF_8))
                        .isEqualTo(new String(JsonCodec.indent(json.getBytes(UTF_8)), UTF_8) + "\n"));
    }

    @ParameterizedTest
    @ValueSource(ints = {31, 32, 33, 100, 5_000})
    void should_indent_at_most_32_levels(int depth) {
        byte[] json = ("[{\"a\":".repeat(depth) + "{\"b\":[1,2],\"c\":{}}" + "}]".repeat(depth)).getBytes(UTF_8);

        assertThat(JsonIndenter.inOnePass(List.of(json))).isPresent();
        assertThat(lines(json)).isEqualTo(new String(JsonCodec.indent(json), UTF_8) + "\n");
    }

    @Test
    void should_take_a_value_in_pieces() {
        byte[] event = "{\"type\":\"a,b\",\"payload\":{\"n\":[1]}}".getBytes(UTF_8);
        List<byte[]> pieces =
                List.of("{\"events\":[".getBytes(UTF_8), event, new byte[] {','}, event, "]}".getBytes(UTF_8));

        assertThat(JsonIndenter.inOnePass(pieces)).contains(JsonIndenter.lines(List.of(JsonIndenter.joined(pieces))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\\u00e9\"", "\"\\/\"", "[\"\\u001B\",{\"\\u0041\":1}]", "{ \"a\" :\n[ ] }"})
    void should_leave_what_has_another_form_to_the_library(String json) {
        assertThat(JsonIndenter.inOnePass(List.of(json.getBytes(UTF_8)))).isEmpty();
        assertThat(lines(json.getBytes(UTF_8)))
                .isEqualTo(new String(JsonCodec.indent(json.getBytes(UTF_8)), UTF_8) + "\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{\"a\":1", "]", "{}]", "\"a", "\"a\\", "{\"a\":\"b}"})
    void should_refuse_what_is_no_value(String broken) {
        assertThatIllegalArgumentException().isThrownBy(() -> lines(broken.getBytes(UTF_8)));
    }

    private static String lines(byte[] json) {
        byte[] before = json.clone();
        String lines = new String(JsonIndenter.lines(List.of(json)), UTF_8);
        assertThat(Arrays.equals(before, json)).isTrue();
        return lines;
    }
}
