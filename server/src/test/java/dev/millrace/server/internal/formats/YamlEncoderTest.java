package dev.millrace.server.internal.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

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
}
