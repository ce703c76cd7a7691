package dev.millrace.cli.internal.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TerminalTextTest {
    @Test
    void should_leave_text_alone_that_fits() {
        assertThat(TerminalText.clip("twelve chars", 12)).isEqualTo("twelve chars");
        assertThat(TerminalText.clip("anything", Terminal.UNLIMITED)).isEqualTo("anything");
    }

    @Test
    void should_clip_to_the_width_and_show_that_something_is_missing() {
        assertThat(TerminalText.clip("twelve chars", 11))
                .isEqualTo("twelve cha…")
                .hasSize(11);
    }

    @Test
    void should_count_two_columns_for_wide_characters() {
        assertThat(TerminalText.clip("水車水車", 8)).isEqualTo("水車水車");
        assertThat(TerminalText.clip("水車水車", 7)).isEqualTo("水車水…");
        assertThat(TerminalText.clip("水車水車", 6)).isEqualTo("水車…");
        assertThat(TerminalText.clip("\uD83C\uDF0A\uD83C\uDF0A\uD83C\uDF0A", 5)).isEqualTo("\uD83C\uDF0A\uD83C\uDF0A…");
    }

    @Test
    void should_let_no_text_drive_the_terminal() {
        assertThat(TerminalText.printable("\u001b[2J\u0007\n\u009b1m\u202egnp"))
                .isEqualTo("\uFFFD[2J\uFFFD\uFFFD\uFFFD1m\uFFFDgnp");
        assertThat(TerminalText.printable("naïve 水")).isEqualTo("naïve 水");
        assertThat(TerminalText.printable("a\u200fb\u2068c\uD800d")).isEqualTo("a\uFFFDb\uFFFDc\uFFFDd");
    }

    @Test
    void should_escape_a_document_so_that_it_stays_the_same() {
        assertThat(TerminalText.escaped("{\"a\u009b\": \"\u202e\uDC00 水 \uD83C\uDF0A\"}\n"))
                .isEqualTo("{\"a\\u009b\": \"\\u202e\\udc00 水 \uD83C\uDF0A\"}\n");
    }
}
