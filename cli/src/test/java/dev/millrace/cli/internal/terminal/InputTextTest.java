package dev.millrace.cli.internal.terminal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class InputTextTest {
    private static final String TEXT = "{ \"t\": \"é🙂\" }\nzwei\n";

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"UTF-8, ''", "UTF-8, \uFEFF", "UTF-16LE, \uFEFF", "UTF-16BE, \uFEFF"})
    void should_read_the_same_text_from_each_source(Charset charset, String mark) throws IOException {
        byte[] bytes = (mark + TEXT).getBytes(charset);
        Path file = Files.write(directory.resolve("input"), bytes);

        assertThat(InputText.ofFile(file)).isEqualTo(TEXT);
        assertThat(InputText.of(new ByteArrayInputStream(bytes))).isEqualTo(TEXT);
        assertThat(InputText.lines(new ByteArrayInputStream(bytes)).lines())
                .containsExactlyElementsOf(TEXT.lines().toList());
        assertThat(InputText.ofArgument(mark + TEXT)).isEqualTo(TEXT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "é", "\uFFFD stored on purpose"})
    void should_read_short_texts_and_whole_characters(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);

        assertThat(InputText.of(new ByteArrayInputStream(bytes))).isEqualTo(text);
        assertThat(InputText.lines(new ByteArrayInputStream(bytes)).lines())
                .containsExactlyElementsOf(text.lines().toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"eins\nzwei \u00e9\n", "\u00ef", "\u00c3", "\u00ff", "a\u0080", "\u00ff\u00feabc"})
    void should_refuse_bytes_that_are_no_text_instead_of_replacing_them(String latin) throws IOException {
        byte[] bytes = latin.getBytes(StandardCharsets.ISO_8859_1);
        Path file = Files.write(directory.resolve("input"), bytes);

        assertThatThrownBy(() -> InputText.ofFile(file))
                .isInstanceOf(CommandException.class)
                .hasMessageStartingWith(file + " is not text in UTF-")
                .hasMessageContaining("line " + (latin.contains("zwei") ? 2 : 1));
        assertThatThrownBy(() -> InputText.of(new ByteArrayInputStream(bytes)))
                .isInstanceOf(CommandException.class)
                .hasMessageStartingWith("standard input is not text in UTF-");
        assertThatThrownBy(() -> InputText.lines(new ByteArrayInputStream(bytes)).lines().count())
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("standard input is not text");
    }

    @Test
    void should_refuse_arguments_that_the_jvm_could_not_decode() {
        assertThat(InputText.problem(List.of("append", "/s", "--payload", "{\"t\":\"\uFFFD\uFFFD\"}")))
                .hasValueSatisfying(problem -> assertThat(problem).contains("LC_ALL=C.UTF-8", "{\"t\":"));
        assertThat(InputText.problem(List.of("append", "/s", "é🙂"))).isEmpty();
    }

    @Test
    void should_not_wait_for_more_than_a_line() throws IOException {
        try (PipedOutputStream keyboard = new PipedOutputStream();
                PipedInputStream in = new PipedInputStream(keyboard)) {
            keyboard.write('\n');
            keyboard.flush();
            BufferedReader lines = InputText.lines(in);

            assertThat(lines.readLine()).isEmpty();
        }
    }
}
