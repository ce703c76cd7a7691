package dev.millrace.testkit.log;

import static dev.millrace.contracts.text.HostileTexts.around;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.contracts.text.HostileText;
import dev.millrace.contracts.text.LinearTimeCheck;
import dev.millrace.testkit.internal.state.StatePathParser;
import java.io.ByteArrayInputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Logs are read, and events redacted, in a time that is linear in their length. */
class LogParsersTest {
    @Test
    void should_read_a_log_in_linear_time() {
        LinearTimeCheck.of(
                        "log",
                        text -> new LogInputStream("log", new ByteArrayInputStream(text.getBytes(UTF_8)))
                                .stream().forEach(event -> {}))
                .refusingWith(MalformedLogException.class)
                .sampled()
                .check(around(
                        "---\ntype: t\npayload: {\"a\": [1.5, \"x\"]}\ncreatedAt: \"2026-01-01T00:00:00.000Z\"\n",
                        "- type: t\n  payload:\n    a: |\n      text\n"));
    }

    @Test
    void should_read_a_long_line_in_linear_time() {
        LinearTimeCheck.of(
                        "log",
                        text -> new LogInputStream("log", new ByteArrayInputStream(text.getBytes(UTF_8)))
                                .stream().forEach(event -> {}))
                .ofLength(1_100_000)
                .check(List.of(
                        HostileText.within("type: t\npayload: {\"a\": \"", "x", "\"}\n"),
                        HostileText.within("type: t\npayload: {a: ", "😀", "}\n")));
    }

    /** The YAML parser looks through all open brackets at each token. */
    @Test
    void should_read_nested_values_in_linear_time() {
        LinearTimeCheck.of(
                        "log",
                        text -> new LogInputStream("log", new ByteArrayInputStream(text.getBytes(UTF_8)))
                                .stream().forEach(event -> {}))
                .refusingWith(MalformedLogException.class)
                .check(List.of(
                        HostileText.repeated("["),
                        HostileText.repeated("[["),
                        HostileText.repeated("- - "),
                        HostileText.within("- ", "[", ""),
                        HostileText.within("type: t\npayload: {a: ", "[", "}\n"),
                        HostileText.within("type: t\npayload: {a: ", "{a: ", "}\n"),
                        HostileText.within("type: t\n? ", "[", "\n")));
    }

    @Test
    void should_redact_secrets_in_linear_time() {
        LinearTimeCheck.of("redaction", text -> {
                    ObjectNode event = JsonNodeFactory.instance.objectNode();
                    event.putObject("payload").put("text", text).put(text, "x");
                    event.put("idempotencyKey", text);
                    SecretRedaction.standard().redact(event);
                })
                .sampled()
                .check(around(
                        "-eyJaaaaaaaa",
                        "Bearer abcdefgh",
                        "sk-abcdefghi",
                        "-----BEGIN A PRIVATE KEY-----",
                        "://u:p",
                        "http://u:p@a/",
                        " eyJaaaaaaaa.bbbbbbbb"));
    }

    @Test
    void should_find_a_place_in_a_state_in_linear_time() {
        LinearTimeCheck.of("place", StatePathParser::of).sampled().check(around("$.a[3][\"b c\"]", "/a/3"));
    }
}
