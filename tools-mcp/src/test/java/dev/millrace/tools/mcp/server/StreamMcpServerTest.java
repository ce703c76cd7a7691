package dev.millrace.tools.mcp.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.BlockingEventStreams;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.tools.mcp.server.McpSession.Result;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The tools {@code read}, {@code append} and {@code state}, over the protocol, with a real engine. */
@Timeout(120)
class StreamMcpServerTest {
    private static final StreamPath ANN = StreamPath.of("/ann");

    private final StreamEngine engine =
            StreamEngine.builder(new InMemoryEventStore()).start();
    private final BlockingEventStreams streams = engine.streams().blocking(Duration.ofSeconds(60));
    private final McpSession session = new McpSession(engine.streams(), "/ann");

    @AfterEach
    void stop() {
        engine.close();
    }

    private void append(String... types) {
        for (String type : types) {
            streams.append(ANN, EventInput.ofType(type));
        }
    }

    private String ok(String tool, String arguments) {
        Result result = session.call(tool, arguments);
        assertThat(result.isError()).as(result.text()).isFalse();
        return result.text();
    }

    private String error(String tool, String arguments) {
        Result result = session.call(tool, arguments);
        assertThat(result.isError()).as(result.text()).isTrue();
        assertThat(result.text()).doesNotContain("\tat ", "Exception");
        return result.text();
    }

    /** The events in the result of a read. */
    private static List<JsonNode> events(String text) {
        return text.lines()
                .filter(line -> line.startsWith("{"))
                .map(JsonCodec::parse)
                .toList();
    }

    private static List<String> types(String text) {
        return events(text).stream().map(event -> event.path("type").asText()).toList();
    }

    @Test
    void should_offer_four_tools_with_hints() {
        JsonNode answer = session.send("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/list\"}")
                .get(1);

        List<String> tools = StreamSupport.stream(answer.at("/result/tools").spliterator(), false)
                .map(tool -> tool.path("name").asText() + " "
                        + tool.at("/annotations/readOnlyHint").asBoolean() + " "
                        + tool.at("/annotations/destructiveHint").asBoolean(true) + " "
                        + tool.at("/annotations/idempotentHint").asBoolean(false))
                .sorted()
                .toList();
        assertThat(tools)
                .containsExactly(
                        "append false false false",
                        "read true true false",
                        "say false false false",
                        "state true true false");
        assertThat(answer.at("/result/tools")).allSatisfy(tool -> {
            assertThat(tool.path("description").asText()).isNotBlank();
            assertThat(tool.at("/inputSchema/properties/path/description").asText())
                    .contains("/ann");
            assertThat(tool.at("/inputSchema/properties"))
                    .allSatisfy(property ->
                            assertThat(property.path("description").asText()).isNotBlank());
        });
    }

    @Test
    void should_read_events_and_say_how_to_go_on() {
        append("a", "b", "c");

        String all = ok("read", "{}");
        assertThat(types(all)).containsExactly(BuiltInType.INITIALIZED.type(), "a", "b", "c");
        assertThat(all).endsWith("\n4 events of /ann, offsets 1 to 4. There are no more.");
        assertThat(events(all).get(1).path("offset").asLong()).isEqualTo(2);
        assertThat(events(all).get(1).has("streamPath")).isFalse();

        String first = ok("read", "{'limit': 2}");
        assertThat(types(first)).containsExactly(BuiltInType.INITIALIZED.type(), "a");
        assertThat(first).endsWith("There are more: read again with afterOffset 2 and the same other arguments.");
        assertThat(types(ok("read", "{'limit': 2, 'afterOffset': 2}"))).containsExactly("b", "c");

        String newest = ok("read", "{'limit': 2, 'newestFirst': true}");
        assertThat(types(newest)).containsExactly("c", "b");
        assertThat(newest).contains("offsets 4 to 3. There are more: read again with beforeOffset 3");
        assertThat(types(ok("read", "{'newestFirst': true, 'beforeOffset': 3}")))
                .containsExactly("a", BuiltInType.INITIALIZED.type());
    }

    @Test
    void should_read_only_some_types() {
        append("a", "b", BuiltInType.PAUSED.type());

        assertThat(types(ok("read", "{'types': ['b', 'paused']}"))).containsExactly("b", BuiltInType.PAUSED.type());
        assertThat(ok("read", "{'types': ['nothing']}")).isEqualTo("No events of /ann match.");
    }

    @Test
    void should_read_more_events_than_a_page_in_either_order() {
        append(IntStream.range(0, 60).mapToObj(i -> "t" + i).toArray(String[]::new));

        assertThat(types(ok("read", "{'limit': 1000}"))).hasSize(61).endsWith("t59");
        assertThat(types(ok("read", "{'limit': 1000, 'newestFirst': true}")))
                .hasSize(61)
                .startsWith("t59", "t58");
        assertThat(types(ok("read", "{'afterOffset': 1, 'limit': 41}")))
                .hasSize(41)
                .endsWith("t40");
    }

    @Test
    void should_bound_the_bytes_of_a_read() {
        for (int i = 0; i < 5; i++) {
            appendText("x".repeat(700));
        }
        appendText("ü".repeat(5_000));

        String page = ok("read", "{'afterOffset': 1, 'maxBytes': 2000}");
        assertThat(events(page)).hasSize(2);
        assertThat(page).contains("There are more: read again with afterOffset 3");

        String cut = ok("read", "{'afterOffset': 6, 'maxBytes': 2000}");
        assertThat(CutText.bytes(cut)).isLessThan(2_500);
        assertThat(events(cut).get(0).path("payloadStart").asText())
                .startsWith("{\"text\":\"üü")
                .endsWith("ü…");
        assertThat(cut)
                .contains("The payload at offset 7 has 10011 bytes and was cut")
                .endsWith("There are no more.");
    }

    private void appendText(String text) {
        streams.append(
                ANN,
                EventInput.builder()
                        .type("a")
                        .payload(JsonCodec.toTree(Map.of("text", text)))
                        .build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"read", "state"})
    void should_create_no_stream_by_reading(String tool) {
        append("a");

        assertThat(error(tool, "{'path': '/ann/missing'}"))
                .startsWith("STREAM_NOT_FOUND: " + tool + " failed: /ann/missing; there is no such stream; ");

        assertThat(streams.list(ANN)).hasSize(1);
    }

    @Test
    void should_append_an_event_with_all_digits() {
        assertThat(ok(
                        "append",
                        "{'path': '/ann/orders', 'type': 'order-placed', 'payload': {'total': 1.50, 'n':"
                                + " 12345678901234567890.123456789}, 'key': 'k'}"))
                .startsWith("Appended order-placed at offset 2 of /ann/orders, at 20");

        Event stored = streams.read("/ann/orders", ReadRange.after(1)).get(0);
        assertThat(stored.payloadJson().toString()).isEqualTo("{\"total\":1.50,\"n\":12345678901234567890.123456789}");
        assertThat(ok("append", "{'path': '/ann/orders', 'type': 'other', 'key': 'k'}"))
                .isEqualTo("Nothing was appended: the key is already stored at offset 2 of /ann/orders, with different"
                        + " content; to append yours, use another key.");
    }

    @Test
    void should_say_what_is_wrong_with_an_event() {
        assertThat(error(
                        "append",
                        "{'type': '" + BuiltInType.METADATA_UPDATED.type() + "', 'payload': {'metadata': 1}}"))
                .startsWith("INVALID_EVENT: the event breaks a rule, and was stored as ")
                .contains("metadata", "correct it");
        assertThat(ok("append", "{'type': 'paused'}"))
                .endsWith("the built-in type is " + BuiltInType.PAUSED.type() + ".");
        append(BuiltInType.PAUSED.type());
        assertThat(error("append", "{'type': 'a'}")).startsWith("PAUSED: ");
    }

    @Test
    void should_show_the_state() {
        append("a");
        streams.append("/ann/child", EventInput.ofType("a"));

        assertThat(JsonCodec.parse(ok("state", "{}")).toString())
                .isEqualTo("{\"path\":\"/ann\",\"eventCount\":3,\"childPaths\":[\"/ann/child\"],\"metadata\":{},"
                        + "\"processors\":{}}");
        assertThat(error("state", "{'processor': 'agent'}"))
                .isEqualTo("BAD_REQUEST: there is no processor 'agent' on /ann; it has []");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/bob",
                "/",
                "/annette",
                "bob",
                "/ann/../bob",
                "//ann",
                "/ann//b",
                "/ann/%2e%2e/bob",
                "/ann/",
                "/Ann"
            })
    void should_refuse_a_path_outside_of_the_root(String path) {
        for (String tool : List.of("read", "state", "say")) {
            assertThat(error(tool, "{'path': '" + path + "'}"))
                    .startsWith("BAD_REQUEST: path ")
                    .containsAnyOf("is outside of /ann, which this server offers", "is not valid");
        }
        assertThat(error("append", "{'type': 'a', 'path': '" + path + "'}")).startsWith("BAD_REQUEST: path ");
        assertThat(streams.list(StreamPath.root())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "read | {'offset': 1} | there is no argument [offset]; this tool has path, afterOffset, beforeOffset, types",
                "read | {'limit': 0} | limit must be a whole number, 1 to 1000, got 0",
                "read | {'limit': '5'} | limit must be a whole number, 1 to 1000, got \"5\"",
                "read | {'limit': 1e99} | limit must be a whole number, 1 to 1000, got ",
                "read | {'afterOffset': -1} | afterOffset must be a whole number, 0 or more, got -1",
                "read | {'beforeOffset': 99999999999999999999} | beforeOffset must be a whole number, 1 or more, got 9",
                "read | {'types': 'a'} | types must be an array of texts, got \"a\"",
                "read | {'types': [1]} | types must be an array of texts, got [1]",
                "read | {'newestFirst': 1} | newestFirst must be true or false, got 1",
                "read | {'maxBytes': 5} | maxBytes must be a whole number, 1000 to 1000000, got 5",
                "read | {'path': 7} | path must be a text that is not empty, got 7",
                "append | {} | type is missing; give the type of the event",
                "append | {'type': ''} | type must be a text that is not empty, got \"\"",
                "append | {'type': 'a', 'payload': [1]} | payload must be a JSON object, got [1]",
                "append | {'type': 'a', 'key': 5} | key must be a text that is not empty, got 5",
                "say | {'message': ' '} | message must be a text that is not empty, got \" \"",
                "say | {'message': 'a', 'waitSeconds': 0} | waitSeconds must be a whole number, 1 to 600, got 0",
                "state | {'processor': {}} | processor must be a text that is not empty, got {}",
            })
    void should_say_what_is_wrong_with_an_argument(String tool, String arguments, String problem) {
        assertThat(error(tool, arguments)).startsWith("BAD_REQUEST: " + problem);
    }

    @Test
    void should_take_null_for_an_argument_that_is_left_out() {
        append("a");

        assertThat(types(ok("read", "{'path': null, 'limit': null, 'types': null, 'newestFirst': null}")))
                .hasSize(2);
    }

    @Test
    void should_answer_lines_that_are_no_messages_and_go_on() {
        List<JsonNode> answers = session.send(
                "not json",
                "",
                "[]",
                "{\"jsonrpc\":\"2.0\"}",
                "x".repeat(LineChannel.MOST_BYTES + 1),
                "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"no/such\"}",
                "{\"jsonrpc\":\"2.0\",\"id\":8,\"method\":\"tools/call\",\"params\":{\"name\":\"no-such\"}}",
                "{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"tools/call\",\"params\":{\"name\":\"read\",\"arguments\":[]}}",
                "{\"jsonrpc\":\"2.0\",\"id\":10,\"method\":\"ping\"}");

        assertThat(answers.stream().filter(answer -> answer.path("id").isNull()))
                .extracting(answer -> answer.at("/error/code").asInt())
                .containsExactly(-32700, -32700, -32600, -32600);
        assertThat(answers)
                .filteredOn(answer -> answer.path("id").asInt() > 6 && answer.has("error"))
                .hasSize(3);
        assertThat(answers).anyMatch(answer -> answer.path("id").asInt() == 10 && answer.has("result"));
        assertThat(answers.toString()).doesNotContain("\\tat ");
    }
}
