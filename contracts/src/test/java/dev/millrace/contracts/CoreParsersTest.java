package dev.millrace.contracts;

import static dev.millrace.contracts.text.HostileTexts.all;
import static dev.millrace.contracts.text.HostileTexts.around;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.contracts.text.LinearTimeCheck;
import dev.millrace.core.EventType;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.ParsedInput;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The parsers of the core take a time that is linear in the length of the text. */
class CoreParsersTest {
    private static final String EVENT =
            "{\"streamPath\":\"/a/b\",\"type\":\"t\",\"payload\":{\"a\":[1.5,null,\"x\\n\"]},\"metadata\":{\"b\":-2e9},"
                    + "\"idempotencyKey\":\"k\",\"offset\":3,\"createdAt\":\"2026-04-14T11:20:30.456Z\"}";

    @SuppressWarnings("ArrayRecordComponent") // arrays have deserializers of their own
    private record Values(
            double[] doubles,
            float[] floats,
            int[] ints,
            List<BigDecimal> decimals,
            Instant instant,
            Duration duration,
            double single) {}

    @Test
    void should_parse_json_in_linear_time() {
        LinearTimeCheck.of("JsonCodec.parse", JsonCodec::parse).check(around(EVENT));
        LinearTimeCheck.of("JsonCodec.indent", text -> JsonCodec.indent(text.getBytes(UTF_8)))
                .check(around(EVENT));
        LinearTimeCheck.of("JsonCodec.yamlNumber", JsonCodec::yamlNumber)
                .refusingWith(NumberFormatException.class) // given only numbers elsewhere
                .check(all());
        LinearTimeCheck.of("ParsedInput", text -> ParsedInput.of(text.getBytes(UTF_8)))
                .check(around(EVENT));
    }

    @Test
    void should_read_stored_events_in_linear_time() {
        LinearTimeCheck.of("JsonCodec.readEvent", text -> JsonCodec.readEvent(text.getBytes(UTF_8)))
                .check(around(EVENT));
        LinearTimeCheck.of(
                        "JsonCodec.readEvent with what the store knows",
                        text -> JsonCodec.readEvent(text.getBytes(UTF_8), StreamPath.of("/a/b"), 3, "t", Instant.EPOCH))
                .check(around(EVENT));
    }

    @Test
    void should_decode_the_fields_of_records_in_linear_time() {
        String json = "{\"doubles\":[1.5],\"floats\":[2],\"ints\":[3],\"decimals\":[1e5],"
                + "\"instant\":\"2026-01-01T00:00:00Z\",\"duration\":\"PT1S\",\"single\":1.5}";
        LinearTimeCheck.of("JsonCodec.fromTree", text -> JsonCodec.fromTree(JsonCodec.parse(text), Values.class))
                .check(around(
                        json, json.replace("\"2026-01-01T00:00:00Z\"", "1e9").replace("\"PT1S\"", "1.5")));
    }

    @Test
    void should_parse_names_in_linear_time() {
        LinearTimeCheck.of("StreamPath.of", StreamPath::of).check(around("/a/b-c/d_1"));
        StreamPath path = StreamPath.of("/a/b/c");
        LinearTimeCheck.of("StreamPath.resolve", path::resolve).check(around("../a/./b/", "./x"));
        LinearTimeCheck.of("ProjectSlug", ProjectSlug::of).check(around("public"));
        EventType type = EventType.of("t", "u");
        LinearTimeCheck.of("EventType.matches", type::matches).check(all());
    }
}
