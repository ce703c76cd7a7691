package dev.millrace.server.internal.formats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.JsonCodec;
import dev.millrace.engine.Limits;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
