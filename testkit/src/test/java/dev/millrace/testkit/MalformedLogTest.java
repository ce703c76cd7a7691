package dev.millrace.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.testkit.log.MalformedLogException;
import dev.millrace.testkit.log.RecordedLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MalformedLogTest {
    private static MalformedLogException refusal(String yaml) {
        MalformedLogException refusal =
                catchThrowableOfType(MalformedLogException.class, () -> RecordedLog.parse(yaml, "logs/x.yaml"));
        assertThat(refusal).as("refusal of%n%s", yaml).isNotNull();
        return refusal;
    }

    @Test
    void should_say_file_line_column_problem_and_remedy() {
        MalformedLogException refusal = refusal("""
                type: user-said
                payload:
                  text: no
                """);

        assertThat(refusal)
                .hasMessage("logs/x.yaml:3:9: 'no' is ambiguous: some YAML readers take it for false; write \"no\" for"
                        + " the text, or false");
        assertThat(refusal.file()).isEqualTo("logs/x.yaml");
        assertThat(refusal.line()).isEqualTo(3);
        assertThat(refusal.column()).isEqualTo(9);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "no",
                "No",
                "NO",
                "yes",
                "on",
                "On",
                "off",
                "y",
                "n",
                "True",
                "FALSE",
                "~",
                "NULL",
                "Null",
                "017",
                "00",
                "1_000",
                "0x1F",
                "0o17",
                "0b101",
                "+5",
                "-017",
                ".5",
                "5.",
                "1_0.5",
                "+1.5",
                "1.e3",
                "01e5",
                "1e",
                "1e3",
                "-1E-7",
                "1e+3",
                "2.5e10",
                ".inf",
                "-.INF",
                ".NaN",
                "12:30",
                "190:20:30.15",
                "1:2",
                "<<",
                "="
            })
    void should_refuse_unquoted_values_that_readers_disagree_about(String value) {
        String block = "type: a\npayload:\n  x: " + value + "\n";
        String flow = "type: a\npayload: {list: [1, " + value + "]}\n";

        assertThat(refusal(block)).hasMessageStartingWith("logs/x.yaml:3:6: '" + value + "' is ambiguous: ");
        assertThat(refusal(flow)).hasMessageStartingWith("logs/x.yaml:2:21: '" + value + "' is ambiguous: ");
        assertThat(RecordedLog.parse("type: a\npayload: {x: \"" + value + "\"}", "x")
                        .events())
                .singleElement()
                .satisfies(event ->
                        assertThat(event.payloadJson().path("x").textValue()).isEqualTo(value));
    }

    @ParameterizedTest
    @CsvSource({"1e3, 0.1e+4", "-12E-7, -1.2e-6", "2.5e10, 2.5e+10"})
    void should_say_how_to_write_an_exponent(String written, String better) {
        assertThat(refusal("type: a\npayload: {x: " + written + "}\n"))
                .hasMessageEndingWith("some YAML readers take it for a number, and some for a text; write \"" + written
                        + "\" for the text, or " + better + " for the number");
        assertThat(RecordedLog.parse("type: a\npayload: {x: " + better + "}", "x")
                        .events()
                        .get(0)
                        .payloadJson())
                .isEqualTo(JsonCodec.parse("{\"x\": " + written + "}"));
    }

    @Test
    void should_refuse_what_is_not_utf_8_where_it_stands(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("x.yaml");
        Files.writeString(file, "type: ä\n---\n".repeat(2_000));
        Files.write(file, "type: bäd\n".getBytes(StandardCharsets.ISO_8859_1), StandardOpenOption.APPEND);

        assertThatThrownBy(() -> RecordedLog.read(file))
                .isInstanceOf(MalformedLogException.class)
                .hasMessage(file + ":4001:8: not UTF-8; save the file in UTF-8");
    }

    @Test
    void should_give_what_is_before_a_mistake_when_it_streams(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("x.yaml");
        Files.writeString(file, "type: a\n---\n".repeat(1_000) + "type: no\n");
        List<Event> read = new ArrayList<>();

        assertThatThrownBy(() -> {
                    try (Stream<Event> events = RecordedLog.stream(file)) {
                        events.forEach(read::add);
                    }
                })
                .isInstanceOf(MalformedLogException.class)
                .hasMessageStartingWith(file + ":2001:7: 'no' is ambiguous");
        assertThat(read).hasSize(1_000);
    }

    @Test
    void should_refuse_a_value_that_is_not_there() {
        assertThat(refusal("type: a\npayload:\n  x:\n  y: 1\n"))
                .hasMessage(
                        "logs/x.yaml:3:5: the value is missing, and some YAML readers take that for null; write null,"
                                + " or \"\" for the empty text");
    }

    @Test
    void should_refuse_tabs() {
        assertThat(refusal("type: a\npayload:\n\tx: 1\n"))
                .hasMessage(
                        "logs/x.yaml:3:1: a tab character; indent with spaces, and inside a text write \\t in double"
                                + " quotes");
        assertThat(refusal("type: a # note\tthis").column()).isEqualTo(15);
    }

    @Test
    void should_refuse_duplicate_keys() {
        assertThat(refusal("type: a\npayload:\n  x: 1\n  \"x\": 2\n"))
                .hasMessage("logs/x.yaml:4:3: duplicate key 'x', first on line 3; remove or rename one");
        assertThat(refusal("type: a\ntype: b\n")).hasMessageStartingWith("logs/x.yaml:2:1: duplicate key 'type'");
    }

    @Test
    void should_refuse_duplicate_and_descending_offsets() {
        String two = "{type: a, streamPath: /s, offset: 4}\n---\n{type: b, streamPath: /s, offset: ";

        assertThat(refusal(two + "4}"))
                .hasMessage("logs/x.yaml:3:35: duplicate offset 4 on /s after 4; put the events in order, or leave the"
                        + " offsets out");
        assertThat(refusal(two + "3}")).hasMessageContaining("descending offset 3 on /s after 4");
        assertThat(RecordedLog.parse(two.replace("b, streamPath: /s", "b, streamPath: /t") + "4}", "x")
                        .events())
                .hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"g\\u", "\"\\x", "\"\\Uffffffff\"", "\"\\U0011ffff\""})
    void should_refuse_escapes_that_name_no_character(String text) {
        MalformedLogException refusal = refusal("type: a\npayload:\n  text: " + text);

        assertThat(refusal.line()).isEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "1.5", "\"2\"", "99999999999999999999", "true"})
    void should_refuse_offsets_that_are_none(String offset) {
        assertThat(refusal("type: a\noffset: " + offset))
                .hasMessage("logs/x.yaml:2:9: offset must be a whole number from 1, got " + offset);
    }

    @Test
    void should_refuse_unknown_fields() {
        assertThat(refusal("type: a\npaylod: {}\n"))
                .hasMessage(
                        "logs/x.yaml:2:1: unknown field 'paylod'; an event has streamPath, type, payload, metadata,"
                                + " source, idempotencyKey, offset, createdAt, malformed; put other data into payload or metadata");
    }

    @Test
    void should_refuse_anchors_aliases_merges_tags_and_directives() {
        assertThat(refusal("type: a\npayload: &p {x: 1}\n"))
                .hasMessage("logs/x.yaml:2:10: '&p' is an anchor, which JSON does not have; remove it");
        assertThat(refusal("type: a\npayload: *p\n"))
                .hasMessage("logs/x.yaml:2:10: '*p' is an alias, which JSON does not have; repeat the value");
        assertThat(refusal("type: a\npayload: {<<: {x: 1}}\n")).hasMessageContaining(":2:11: '<<' is a merge");
        assertThat(refusal("type: a\npayload: {x: !!str 017}\n"))
                .hasMessage(
                        "logs/x.yaml:2:14: 'tag:yaml.org,2002:str' is a tag, which JSON does not have; remove it, and"
                                + " quote the value if it is a text");
        assertThat(refusal("type: a\npayload: !x {}\n")).hasMessageContaining("'!x' is a tag");
        assertThat(refusal("type: a\npayload: {x: !x []}\n")).hasMessageContaining("'!x' is a tag");
        assertThat(refusal("%YAML 1.1\n---\ntype: a\n")).hasMessageContaining("a log has no directives");
    }

    @Test
    void should_refuse_keys_that_are_no_text() {
        assertThat(refusal("type: a\npayload: {[1]: 2}\n"))
                .hasMessage("logs/x.yaml:2:11: a key must be a text, as in JSON");
        assertThat(refusal("type: a\npayload:\n  ?\n  : 2\n")).hasMessageContaining("the key is missing");
    }

    @Test
    void should_refuse_what_is_no_event() {
        assertThat(refusal("- type: a\n- hello\n"))
                .hasMessage("logs/x.yaml:2:3: expected an event: a mapping with 'type'; separate events by '---',"
                        + " or make each an item of a list");
        assertThat(refusal("- type: a\n-\n")).hasMessageContaining(":2:2: expected an event");
        assertThat(refusal("- type: a\n- - type: b\n")).hasMessageContaining(":2:3: expected an event");
        assertThat(refusal("payload: {}\n")).hasMessage("logs/x.yaml:1:1: the event has no type; add 'type: …'");
        assertThat(refusal("type: 12\n"))
                .hasMessage("logs/x.yaml:1:7: type must be a text, got 12; put it into double quotes");
        assertThat(refusal("type: \" \"\n")).hasMessage("logs/x.yaml:1:7: type: must not be blank");
        assertThat(refusal("type: a\npayload: [1]\n"))
                .hasMessage("logs/x.yaml:2:10: payload must be a mapping, got [1]; write {} for the empty one");
        assertThat(refusal("type: a\nstreamPath: /A b\n"))
                .hasMessageStartingWith("logs/x.yaml:2:13: streamPath: path is not valid");
    }

    @Test
    void should_read_a_text_as_the_payload_of_a_recorded_event_only() {
        String recorded =
                "type: a\noffset: 1\ncreatedAt: 2026-01-01T00:00:00.000Z\npayload: \"{\\\"n\\\":1e99999999999}\"\n";

        RecordedLog log = RecordedLog.parse(recorded, "logs/x.yaml");

        assertThat(log.events().get(0).payloadJson().textValue()).isEqualTo("{\"n\":1e99999999999}");
        assertThat(RecordedLog.parse(RecordedLog.write(log.events()), "logs/y.yaml")
                        .events())
                .isEqualTo(log.events());
        assertThat(refusal("type: a\npayload: text\n")).hasMessageContaining("payload must be a mapping, got \"text\"");
        assertThat(refusal(recorded.replaceAll("payload.*", "payload: [1]")))
                .hasMessageContaining("payload must be a mapping, got [1]");
    }

    @Test
    void should_refuse_times_that_no_log_can_hold() {
        assertThat(refusal("type: a\ncreatedAt: yesterday\n"))
                .hasMessage("logs/x.yaml:2:12: createdAt: 'yesterday' is not a time; write it as"
                        + " 2026-01-01T00:00:00.000Z");
        assertThat(refusal("type: a\ncreatedAt: 2026-01-01T00:00:00.000001Z\n"))
                .hasMessageContaining("is finer than a millisecond; use three digits at most");
    }

    @Test
    void should_refuse_what_is_not_yaml_where_it_stands() {
        assertThat(refusal("type: a\npayload:\n  text: note: this\n"))
                .hasMessage(
                        "logs/x.yaml:3:13: not YAML: mapping values are not allowed here; if this is part of a text,"
                                + " put the text into double quotes");
        assertThat(refusal("type: a\npayload: {x: [1, 2}\n")).hasMessageContaining("logs/x.yaml:2:19: not YAML: ");
        assertThat(refusal("type: a\n---\ntype: b\n \u0007"))
                .hasMessage(
                        "logs/x.yaml:4:2: YAML does not allow the character U+0007; write it as \"\\u0007\" in double"
                                + " quotes");
    }

    @Test
    void should_refuse_bottomless_nesting() {
        assertThat(refusal("type: a\npayload: {x: " + "[".repeat(5_000) + "]".repeat(5_000) + "}\n"))
                .hasMessageContaining("nested more than 256 deep");
    }
}
