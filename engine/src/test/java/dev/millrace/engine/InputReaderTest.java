package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.internal.append.PreparedEvent;
import dev.millrace.engine.spi.StreamHead;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class InputReaderTest {
    private static final StreamPath PATH = StreamPath.of("/ann/demo");
    private static final StreamHead HEAD = new StreamHead("life", 1, Instant.parse("2026-04-14T11:20:30.456Z"), false);

    private final InputReader reader = new InputReader(Limits.defaults(), KnownEvents.OF_THE_SERVICE);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'type':'hello'}                             | 'type':'hello','payload':{}",
                "{'type':'  hello  ','payload':{}}            | 'type':'hello','payload':{}",
                "{'payload':{'n':1},'type':'t'}               | 'type':'t','payload':{'n':1}",
                "{ 'type' : 't' , 'payload' : { 'n' : [ 1 ] }} | 'type':'t','payload':{'n':[1]}",
                "{'type':'t','payload':{'n':1.00,'m':1E+2,'o':-0,'p':123456789012345678901234567890}}"
                        + "| 'type':'t','payload':{'n':1.00,'m':1E+2,'o':-0,'p':123456789012345678901234567890}",
                "{'type':'t','metadata':{}}                   | 'type':'t','payload':{},'metadata':{}",
                "{'idempotencyKey':' k ','metadata':{'by':null},'type':'t'}"
                        + "| 'type':'t','payload':{},'metadata':{'by':null},'idempotencyKey':'k'",
                "{'type':'t','offset':2}                      | 'type':'t','payload':{}",
                "{'type':'http://x/é','payload':{'é':'ü'}}    | 'type':'http://x/é','payload':{'é':'ü'}",
            })
    void should_store_a_valid_input_compact_in_the_order_of_the_wire(String sent, String stored) {
        assertThat(stored(sent))
                .isEqualTo(
                        "{'streamPath':'/ann/demo'," + stored + ",'offset':2,'createdAt':'2026-04-14T11:20:30.456Z'}");
    }

    static Stream<Arguments> brokenInputs() {
        return Stream.of(
                broken("{'hogwash':'yes!'}", "type: expected a string, got nothing", "hogwash: unknown field"),
                broken("{'type':7}", "type: expected a string, got a number"),
                broken("{'type':'  '}", "type: expected 1 to 2048 characters, got 0"),
                broken("{'type':'t','payload':'text'}", "payload: expected an object, got a string"),
                broken("{'type':'t','payload':null}", "payload: expected an object, got null"),
                broken("{'type':'t','payload':[]}", "payload: expected an object, got an array"),
                broken("{'type':'t','metadata':true}", "metadata: expected an object, got a boolean"),
                broken(
                        "{'type':'t','idempotencyKey':' '}",
                        "idempotencyKey: expected a non-empty string, got an empty one"),
                broken("{'type':'t','idempotencyKey':5}", "idempotencyKey: expected a non-empty string, got a number"),
                broken("{'type':'t','offset':0}", "offset: expected a positive integer, got 0"),
                broken("{'type':'t','offset':-3}", "offset: expected a positive integer, got -3"),
                broken("{'type':'t','offset':1.5}", "offset: expected a positive integer, got 1.5"),
                broken("{'type':'t','offset':1e9999}", "offset: expected a positive integer, got 1e9999"),
                broken("{'type':'t','offset':'soon'}", "offset: expected a positive integer, got 'soon'"),
                broken("{'type':'t','offset':true}", "offset: expected a positive integer, got true"),
                broken("{'type':'t','offset':{}}", "offset: expected a positive integer, got an object"),
                broken("{'type':'t','type':'u'}", "type: given twice"),
                broken("{'type':'\\ud83d'}", "type: expected whole characters, got half of a surrogate pair"),
                broken(
                        "{'type':'t','idempotencyKey':'k\\udc00'}",
                        "idempotencyKey: expected whole characters, got half of a surrogate pair"),
                broken("{'type':'t','x\\ny':1}", "x y: unknown field"),
                broken(
                        "{'streamPath':'/a','type':'t','payload':{},'offset':2,'createdAt':'2026-04-14T11:20:30.456Z'}",
                        "streamPath: unknown field",
                        "createdAt: unknown field"),
                broken(
                        "{'type':'https://events.iterate.com/events/stream/metadata-updated'}",
                        "payload.metadata: expected an object, got nothing"),
                broken(
                        "{'type':'events.iterate.com/core/paused','payload':{'reason':1,'x':2}}",
                        "payload.reason: expected a string, got 1",
                        "payload.x: unknown field"),
                broken(
                        "{'type':1,'payload':2,'metadata':3,'idempotencyKey':'','offset':'x','y':0}",
                        "type: expected a string, got a number",
                        "payload: expected an object, got a number",
                        "metadata: expected an object, got a number",
                        "idempotencyKey: expected a non-empty string, got an empty one",
                        "offset: expected a positive integer, got 'x'",
                        "y: unknown field"),
                broken("['weird']", "event: expected an object, got an array", "type: expected a string, got nothing"),
                broken("1.50", "event: expected an object, got a number", "type: expected a string, got nothing"),
                broken("null", "event: expected an object, got null", "type: expected a string, got nothing"),
                broken("'{}'", "event: expected an object, got a string", "type: expected a string, got nothing"));
    }

    private static Arguments broken(String sent, String... problems) {
        return Arguments.of(sent, String.join("\n", problems));
    }

    @ParameterizedTest
    @MethodSource("brokenInputs")
    void should_keep_a_broken_input_whole_and_say_what_is_wrong(String sent, String error) {
        JsonNode stored = JsonCodec.parse(Json.bytes(stored(sent)));

        assertThat(stored.path("type").textValue()).isEqualTo(BuiltInType.INVALID_EVENT_APPENDED.type());
        assertThat(stored.path("payload").path("error").textValue().replace('"', '\''))
                .isEqualTo(error);
        assertThat(stored.path("payload").path("rawInput")).isEqualTo(JsonCodec.parse(Json.bytes(sent)));
        assertThat(stored.has("idempotencyKey") || stored.has("metadata")).isFalse();
    }

    @Test
    void should_say_why_a_body_is_no_event_and_not_judge_its_fields() {
        ParsedInput form =
                ParsedInput.notAnEvent(Json.bytes("{'contentType':'text/plain','body':'hi'}"), "body: a text");
        ParsedInput proper = ParsedInput.notAnEvent(Json.bytes("{'type':'t'}"), "body: a form");

        List<PreparedEvent> stored = reader.take(PATH, List.of(form, proper), CallerTrust.TRUSTED, Optional.empty());

        assertThat(text(stored.get(0)))
                .contains("'rawInput':{'contentType':'text/plain','body':'hi'},'error':'body: a text'");
        assertThat(text(stored.get(1))).contains("'rawInput':{'type':'t'},'error':'body: a form'");
    }

    @Test
    void should_keep_the_characters_of_numbers_in_a_broken_input() {
        assertThat(stored("{ 'x' : [ 1.00, 1E+2 ] }")).contains("'rawInput':{'x':[1.00,1E+2]}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"😀", "\\ud83d\\ude00", "half a pair \\ud83d", "\\u0000 \\u2028", "tab\\t line\\n"})
    void should_lose_no_character_of_a_text(String text) {
        String sent = "{'type':'t','payload':{'s':'" + text + "'},'metadata':{'s':['" + text + "']}}";
        JsonNode stored = JsonCodec.parse(Json.bytes(stored(sent)));

        assertThat(stored.path("payload"))
                .isEqualTo(JsonCodec.parse(Json.bytes(sent)).path("payload"));
        assertThat(stored.path("metadata"))
                .isEqualTo(JsonCodec.parse(Json.bytes(sent)).path("metadata"));
    }

    @Test
    void should_bound_the_error_of_an_input_with_many_unknown_fields() {
        StringBuilder sent = new StringBuilder("{'type':'t'");
        for (int i = 0; i < 500; i++) {
            sent.append(",'field").append(i).append("':1");
        }

        assertThat(stored(sent.append('}').toString()))
                .contains("field19: unknown field\\nfield20: unknown field, and 479 more'")
                .doesNotContain("field21: ");
    }

    @Test
    void should_accept_a_type_of_2048_characters_and_no_longer_one() {
        assertThat(stored("{'type':'" + "x".repeat(2048) + "'}")).contains("'type':'xxx");
        assertThat(stored("{'type':'" + "x".repeat(2049) + "'}"))
                .contains("type: expected 1 to 2048 characters, got 2049");
    }

    @ParameterizedTest
    @ValueSource(strings = {"2", "'2'", "' 2 '", "2.0", "2e0"})
    void should_read_an_offset_from_a_number_or_a_numeric_string(String offset) {
        PreparedEvent input = reader.read(PATH, Json.all("{'type':'t','offset':" + offset + "}"))
                .get(0);

        assertThat(input.expectedOffset()).hasValue(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'type':}              | line 1, column 9",
                "{'type':'t'            | line 1, column",
                "{'type':'t'} x         | line 1, column",
                "{'type':'t'}{}         | something follows the first value (line 1, column 13)",
                "nonsense               | line 1, column",
                "``                     | it is empty",
                "{'n':01}               | line 1, column",
            })
    void should_refuse_what_is_not_one_json_value(String sent, String why) {
        assertRefused(reader, Code.BAD_REQUEST, why, sent);
    }

    @Test
    void should_name_line_and_column_of_what_does_not_parse() {
        assertRefused(reader, Code.BAD_REQUEST, "(line 2, column 6)", "{\n  't'; 1}");
    }

    @Test
    void should_refuse_what_nests_deeper_than_the_limit() {
        InputReader shallow = new InputReader(Limits.builder().jsonDepth(4).build(), KnownEvents.OF_THE_SERVICE);

        assertThat(shallow.read(PATH, Json.all("{'type':'t','payload':{'a':[{}]}}")))
                .hasSize(1);
        assertRefused(
                shallow,
                Code.BAD_REQUEST,
                "nests at least 5 deep, at most 4 is allowed (limit jsonDepth)",
                "{'type':'t','payload':{'a':[{'b':[]}]}}");
        assertRefused(shallow, Code.BAD_REQUEST, "limit jsonDepth", "{'x':" + "[".repeat(100_000));
    }

    @Test
    void should_refuse_what_is_larger_than_the_limits() {
        InputReader small = new InputReader(
                Limits.builder().eventBytes(20).batchBytes(34).batchEvents(3).build(), KnownEvents.OF_THE_SERVICE);

        assertRefused(
                small, Code.TOO_LARGE, "21 bytes, at most 20 are allowed (limit eventBytes)", "{'type':'0123456789'}");
        assertRefused(small, Code.TOO_LARGE, "/ann/demo (event 2 of 2)", "{'type':'t'}", "{'type':'0123456789'}");
        assertRefused(small, Code.TOO_LARGE, "36 bytes, at most 34", "{'type':'t'}", "{'type':'t'}", "{'type':'t'}");
        assertRefused(small, Code.BAD_REQUEST, "4 events, at most 3 are allowed", "1", "2", "3", "4");
        assertRefused(small, Code.BAD_REQUEST, "at least one event");
    }

    @Test
    void should_refuse_the_keys_of_the_service_but_keep_them_in_a_broken_input() {
        assertRefused(reader, Code.BAD_REQUEST, "reserved", "{'type':'t','idempotencyKey':'millrace/child:/a:x'}");
        assertRefused(reader, Code.BAD_REQUEST, "reserved", "{'type':'t','idempotencyKey':' millrace/'}");
        assertThat(stored("{'type':'t','idempotencyKey':'millrace/x','more':1}"))
                .contains("more: unknown field");
    }

    private String stored(String sent) {
        return text(reader.read(PATH, Json.all(sent)).get(0));
    }

    private static String text(PreparedEvent input) {
        return new String(input.after(HEAD, HEAD.lastCreatedAt()).at(1, PATH).json(), StandardCharsets.UTF_8)
                .replace('"', '\'');
    }

    private static void assertRefused(InputReader reader, Code code, String why, String... sent) {
        List<byte[]> inputs = Json.all(sent);
        assertThatThrownBy(() -> reader.read(PATH, inputs)).isInstanceOfSatisfying(StreamException.class, e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e.path()).contains(PATH);
            assertThat(e).hasMessageStartingWith("append refused: /ann/demo").hasMessageContaining(why);
        });
    }

    @Test
    void should_judge_the_length_of_an_offset_before_it_is_parsed() {
        for (String digits : List.of("9".repeat(900_000), "0".repeat(900_000) + "3", "1e" + "9".repeat(900_000))) {
            assertThat(stored("{'type':'t','offset':'" + digits + "'}"))
                    .contains("offset: expected a positive integer, got");
        }
    }
}
