package dev.millrace.engine.internal.append;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.JsonCodec;
import org.junit.jupiter.api.Test;

class JsonTextTest {
    @Test
    void should_write_every_character_as_the_library_does() {
        for (int c = 0; c < 0x3000; c++) {
            String text = "a" + (char) c + "b";

            assertThat(JsonText.of(text)).as("character " + c).isEqualTo(JsonCodec.write(text));
        }
        assertThat(JsonText.of("")).isEqualTo(JsonCodec.write(""));
    }
}
