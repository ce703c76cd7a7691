package dev.millrace.cli.internal.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class FilteredOutputTest {
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final PrintStream target = new PrintStream(shown, true, StandardCharsets.UTF_8);
    private final PrintStream filtered = FilteredOutput.of(target);

    private String shown() {
        String text = shown.toString(StandardCharsets.UTF_8);
        shown.reset();
        return text;
    }

    @Test
    void should_print_texts_of_every_language_as_they_are() {
        String text = "naïve 水車 \uD83C\uDF0A עברית\n\ttab\r\nend";
        filtered.print(text);
        assertThat(shown()).isEqualTo(text);
    }

    @Test
    void should_show_every_control_character_as_one_that_is_visible() {
        for (int point = 0; point < 0x10000; point++) {
            boolean layout = point == '\n' || point == '\t' || point == '\r';
            boolean surrogate = point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
            if (TerminalText.isUnsafe(point) && !layout && !surrogate) {
                filtered.print("a" + (char) point + "b");
                assertThat(shown()).as("U+%04X", point).isEqualTo("a\uFFFDb");
            }
        }
        filtered.print("a\rb");
        assertThat(shown()).isEqualTo("a\uFFFDb");
        filtered.print("a\uD800b");
        assertThat(shown()).isEqualTo("a?b");
    }

    @Test
    void should_recognise_a_character_in_two_writes() throws IOException {
        byte[] bytes = "a\u009bb\u202ec水\r\nd".getBytes(StandardCharsets.UTF_8);
        for (byte value : bytes) {
            filtered.write(value);
        }
        filtered.flush();
        assertThat(shown()).isEqualTo("a\uFFFDb\uFFFDc水\r\nd");
    }

    @Test
    void should_replace_what_is_not_UTF_8() throws IOException {
        filtered.write(new byte[] {'a', (byte) 0x9b, 'b', (byte) 0xe2, (byte) 0x80, 'c', (byte) 0xff, 'd'});
        filtered.write(new byte[] {(byte) 0xed, (byte) 0xa0, (byte) 0x80, 'e', (byte) 0xc2, 27, 'f'});
        assertThat(shown()).isEqualTo("a\uFFFDb\uFFFDc\uFFFDd\uFFFDe\uFFFD\uFFFDf");
    }

    @Test
    void should_let_colors_through_and_nothing_else_where_they_are_wanted() throws IOException {
        OutputStream colors = FilteredOutput.withColors(filtered);
        colors.write("\u001b[1;33mbold\u001b[0m \u001b[2J \u001b]0;title\u0007 \u001b[1\u001b[m"
                .getBytes(StandardCharsets.UTF_8));
        colors.flush();
        assertThat(shown()).isEqualTo("\u001b[1;33mbold\u001b[0m \uFFFD[2J \uFFFD]0;title\uFFFD \uFFFD[1\u001b[m");
    }
}
