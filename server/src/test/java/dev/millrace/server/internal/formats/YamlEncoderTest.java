package dev.millrace.server.internal.formats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.JsonCodec;
import dev.millrace.engine.Limits;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

class YamlEncoderTest {
    @Test
    void should_write_what_every_reader_reads_alike() {
        byte[] json = "{\"text\":\"no\",\"n\":[1.50,-0,1e3,12E-7,2.5e10],\"none\":null,\"yes\":true}"
                .getBytes(StandardCharsets.UTF_8);

        assertThat(new String(YamlEncoder.document(json), StandardCharsets.UTF_8))
                .isEqualTo("""
                ---
                text: "no"
                "n":
                - 1.50
                - -0
                - 0.1e+4
                - 1.2e-6
                - 2.5e+10
                none: null
                "yes": true
                """);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<<", "=", "\u0085", "a\u0085b", "a\u2028b", "a\u2029", "\uFEFFa", "\u00a0", "\u00ad", "a\nb", "\r", "\t", " a", "a ",
                "", "a: b", "a #b", "- a", "? a", "---", "...", "&a", "*a", "!a", "%a", "@a", "`a", "|", ">", "~", "null", "no",
                "1", "0x1F", "12:30", ".nan", "\u0000", "\u007f", "\u009f", "\ufffe", "\uffff", "\ue000", "é🙂", "plain", "a.b/c-d e"
            })
    void should_write_names_with_as_much_care_as_values(String name) {
        byte[] json = JsonCodec.write(Map.of(name, Map.of(name, List.of(name))));
        String yaml = new String(YamlEncoder.document(json), StandardCharsets.UTF_8);

        assertThat(JsonCodec.parse(YamlBodyParser.ofEvents(yaml, Limits.builder().build())
                        .toJson()))
                .as(yaml)
                .isEqualTo(JsonCodec.parse(json));
        Object other = new Yaml(new SafeConstructor(new LoaderOptions())).load(yaml);
        assertThat(other).as(yaml).isEqualTo(Map.of(name, Map.of(name, List.of(name))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "half \\ud83d of a pair",
                "\\udc00",
                "\\ud83d",
                "\\udc00\\ud83d",
                "\\ud83d\\ud83d\\ude00",
                "half-surrogate-pair-\\ud83d",
                "half-surrogate-pair--- \\udfff half-surrogate-pair-",
                "half-surrogate-pair-\\n\\\\u"
            })
    void should_keep_half_surrogate_pairs(String text) {
        byte[] json = ("{\"a\":[\"" + text + "\"]}").getBytes(StandardCharsets.UTF_8);

        byte[] read = YamlBodyParser.ofEvents(
                        new String(YamlEncoder.document(json), StandardCharsets.UTF_8),
                        Limits.builder().build())
                .toJson();

        assertThat(JsonCodec.parse(read)).isEqualTo(JsonCodec.parse(json));
    }
}
