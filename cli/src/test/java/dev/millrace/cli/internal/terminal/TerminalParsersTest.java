package dev.millrace.cli.internal.terminal;

import static dev.millrace.contracts.text.HostileTexts.around;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.contracts.text.HostileText;
import dev.millrace.contracts.text.LinearTimeCheck;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Texts are prepared for a terminal in a time that is linear in their length. */
class TerminalParsersTest {
    @Test
    void should_put_a_message_into_one_line_in_linear_time() {
        LinearTimeCheck.of("message", TerminalText::oneLine)
                .ofLength(100_000)
                .check(List.of(
                        HostileText.within("x", " ", "x"),
                        HostileText.within("x", "\n", "x"),
                        HostileText.within("x", " \n", "x"),
                        HostileText.within("x", "\t\u2028", "x")));
    }

    @Test
    void should_write_a_text_as_yaml_in_linear_time() {
        LinearTimeCheck.of(
                        "YAML",
                        text -> YamlDocument.of(
                                JsonNodeFactory.instance.objectNode().put("a", text + "\ud800")))
                .sampled()
                .check(around("half-surrogate-pair-", "a: \"b\""));
    }

    @Test
    void should_write_a_text_that_has_every_mark_of_a_half_pair_in_linear_time() {
        LinearTimeCheck.of("YAML", text -> {
                    String hyphens = "half-surrogate-pair-" + "-".repeat(text.length() * 4);
                    String numbers = IntStream.range(0, text.length() / 30)
                            .mapToObj(n -> "half-surrogate-pair-" + n + "-")
                            .collect(Collectors.joining());
                    String written = YamlDocument.of(
                            JsonNodeFactory.instance.objectNode().put("a", numbers + hyphens + "\ud800"));
                    assertThat(written).contains(hyphens + "\\ud800");
                })
                .check(List.of(HostileText.repeated("a")));
    }
}
