package dev.millrace.engine;

import static dev.millrace.contracts.text.HostileTexts.all;
import static dev.millrace.contracts.text.HostileTexts.around;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.contracts.text.LinearTimeCheck;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The engine reads inputs in a time that is linear in their length. */
class InputParsersTest {
    private final InputReader reader = new InputReader(Limits.defaults(), KnownEvents.OF_THE_SERVICE);

    private void read(String json) {
        reader.read(StreamPath.of("/a"), List.of(json.getBytes(UTF_8)));
    }

    private static Map<String, String> fields(String field, String text) {
        return field.equals("type") ? Map.of("type", text) : Map.of("type", "t", field, text);
    }

    @Test
    void should_read_an_input_in_linear_time() {
        LinearTimeCheck.of("InputReader", this::read)
                .refusingWith(StreamException.class)
                .check(
                        around(
                                "{\"type\":\"t\",\"payload\":{\"a\":[1,\"x\"]},\"metadata\":{},\"offset\":3,\"idempotencyKey\":\"k\"}",
                                "{\"type\":\"https://events.iterate.com/events/stream/paused\",\"payload\":{\"reason\":\"r\"}}"));
    }

    @Test
    void should_read_the_fields_of_an_input_in_linear_time() {
        for (String field : List.of("type", "offset", "idempotencyKey")) {
            LinearTimeCheck.of(field, text -> read(JsonCodec.writeText(fields(field, text))))
                    .refusingWith(StreamException.class)
                    .check(all());
        }
        LinearTimeCheck.of("offset as a number", text -> read("{\"type\":\"t\",\"offset\":" + text + "}"))
                .refusingWith(StreamException.class)
                .check(all());
    }
}
