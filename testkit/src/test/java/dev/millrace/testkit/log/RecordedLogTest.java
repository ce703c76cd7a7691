package dev.millrace.testkit.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordedLogTest {
    private static final String AS_THE_SERVER_WRITES_IT = """
            ---
            streamPath: /agents/1
            type: https://events.iterate.com/events/stream/initialized
            payload:
              projectSlug: public
              path: /agents/1
            offset: 1
            createdAt: 2026-03-01T10:00:00.000Z
            ---
            streamPath: "/agents/1"
            type: "user-said"
            payload:
              text: "no"
            metadata:
              from: "slack"
            source:
              path: "/x"
            idempotencyKey: "k-1"
            offset: 2
            createdAt: "2026-03-01T10:00:00.120Z"
            """;

    private static List<Event> events(String yaml) {
        return RecordedLog.parse(yaml, "test.yaml").events();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "@type: x\n---\n@type: z\n",
                "@---\ntype: x\n@---\ntype: z\n",
                "type: x\n...\n@---\ntype: z\n@...\n",
                "--- # one\r\n@type: x\r\n---\r\n@type: z\r\n@"
            })
    void should_skip_the_byte_order_mark_of_each_document(String yaml) {
        assertThat(RecordedLog.parse(yaml.replace('@', '\uFEFF'), "log").events())
                .extracting(Event::type)
                .containsExactly("x", "z");
    }

    @Test
    void should_read_documents_with_every_field() {
        List<Event> events = events(AS_THE_SERVER_WRITES_IT);

        assertThat(events).hasSize(2);
        assertThat(JsonCodec.toTree(events.get(1)).toString())
                .isEqualTo("{\"streamPath\":\"/agents/1\",\"type\":\"user-said\",\"payload\":{\"text\":\"no\"},"
                        + "\"metadata\":{\"from\":\"slack\"},\"source\":{\"path\":\"/x\"},"
                        + "\"idempotencyKey\":\"k-1\",\"offset\":2,"
                        + "\"createdAt\":\"2026-03-01T10:00:00.120Z\"}");
    }

    @Test
    void should_read_a_list_like_documents() {
        List<Event> events = events("""
                # what the user said, and what came of it
                - type: user-said
                  payload: {text: ping}
                - type: assistant-said
                  payload: {text: pong}
                """);

        assertThat(events).extracting(Event::type).containsExactly("user-said", "assistant-said");
    }

    @Test
    void should_fill_in_path_offset_and_time() {
        List<Event> events = events("""
                type: a
                ---
                type: b
                offset: 7
                createdAt: 2026-05-05T00:00:00Z
                ---
                type: c
                ---
                streamPath: /other
                type: d
                ---
                type: e
                """);

        assertThat(events)
                .extracting(event -> event.path() + "@" + event.offset() + " " + event.createdAt())
                .containsExactly(
                        "/test@1 2026-01-01T00:00:00Z",
                        "/test@7 2026-05-05T00:00:00Z",
                        "/test@8 2026-05-05T00:00:01Z",
                        "/other@1 2026-05-05T00:00:02Z",
                        "/other@2 2026-05-05T00:00:03Z");
        assertThat(events.get(0).payloadJson().toString()).isEqualTo("{}");
    }

    @Test
    void should_read_nothing_from_an_empty_log() {
        assertThat(events("")).isEmpty();
        assertThat(events("---\n")).isEmpty();
        assertThat(events("# nothing yet\n")).isEmpty();
        assertThat(events("[]")).isEmpty();
    }

    @Test
    void should_read_json_because_json_is_yaml() {
        List<Event> events = events("""
                [{"type": "user-said", "payload": {"text": "a\\u0007\\ud83d\\ude00", "n": [1, -2.50, 1e3, null, true]}}]""");

        assertThat(events.get(0).payloadJson())
                .isEqualTo(JsonCodec.parse("{\"text\":\"a\\u0007😀\",\"n\":[1,-2.50,1e3,null,true]}"));
    }

    @Test
    void should_take_unquoted_words_dates_and_keys_for_text() {
        List<Event> events = events("""
                type: noted
                payload:
                  when: 2026-01-01
                  at: 2026-01-01T10:00:00Z
                  version: 1.2.3
                  range: 10-20
                  words: no way
                  path: ./a/../b
                  url: http://localhost:8080/a?b=c#d
                  no: 1
                  017: 2
                """);

        assertThat(events.get(0).payloadJson()).isEqualTo(JsonCodec.parse("""
                {"when": "2026-01-01", "at": "2026-01-01T10:00:00Z", "version": "1.2.3", "range": "10-20",
                 "words": "no way", "path": "./a/../b", "url": "http://localhost:8080/a?b=c#d", "no": 1, "017": 2}"""));
    }

    @Test
    void should_write_a_log_that_reads_well() {
        List<Event> events = events(AS_THE_SERVER_WRITES_IT + """
                ---
                type: tool-called
                payload:
                  name: "write file"
                  lines: "first: 1\\n  second\\n\\nthird\\n"
                  arguments: [{path: /tmp/a.txt, mode: "0644", overwrite: true}, [1, [2]], [], {}, "", "a\\tb"]
                """);

        assertThat(RecordedLog.write(events)).isEqualTo("""
                ---
                streamPath: /agents/1
                type: https://events.iterate.com/events/stream/initialized
                payload:
                  projectSlug: public
                  path: /agents/1
                offset: 1
                createdAt: "2026-03-01T10:00:00.000Z"
                ---
                streamPath: /agents/1
                type: user-said
                payload:
                  text: "no"
                metadata:
                  from: slack
                source:
                  path: /x
                idempotencyKey: k-1
                offset: 2
                createdAt: "2026-03-01T10:00:00.120Z"
                ---
                streamPath: /agents/1
                type: tool-called
                payload:
                  name: write file
                  lines: |
                    first: 1
                      second

                    third
                  arguments:
                    - path: /tmp/a.txt
                      mode: "0644"
                      overwrite: true
                    - - 1
                      - - 2
                    - []
                    - {}
                    - ""
                    - "a\\tb"
                offset: 3
                createdAt: "2026-03-01T10:00:01.120Z"
                """);
    }

    @Test
    void should_read_a_file_and_name_it_in_errors(@TempDir Path dir) throws IOException {
        Path good = Files.writeString(dir.resolve("good.yaml"), "\uFEFFtype: user-said\n");
        Path bad = Files.write(dir.resolve("bad.yaml"), "type: ü".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(RecordedLog.read(good).events()).hasSize(1);
        assertThat(RecordedLog.read(good)).hasToString(good + " (1 events)");
        assertThatExceptionOfType(MalformedLogException.class)
                .isThrownBy(() -> RecordedLog.read(bad))
                .withMessage(bad + ":1:7: not UTF-8; save the file in UTF-8");
        assertThatThrownBy(() -> RecordedLog.read(dir.resolve("none.yaml")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("log not found: " + dir.resolve("none.yaml"));
    }

    @Test
    void should_read_a_resource() {
        assertThat(RecordedLog.readResource("logs/two-turns.yaml").events()).hasSize(4);
        assertThat(RecordedLog.readResource("/logs/two-turns.yaml").source()).isEqualTo("/logs/two-turns.yaml");
        assertThatThrownBy(() -> RecordedLog.readResource("logs/none.yaml"))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessage("log not found: resource 'logs/none.yaml' is not on the class path; put it under"
                        + " src/test/resources");
    }
}
