package dev.millrace.engine;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.engine.spi.EventRecord;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** JSON in tests: single quotes stand for double ones. */
public final class Json {
    private Json() {}

    public static byte[] bytes(String text) {
        return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    static List<byte[]> all(String... texts) {
        return Arrays.stream(texts).map(Json::bytes).toList();
    }

    static String text(EventRecord record) {
        return new String(record.json(), StandardCharsets.UTF_8).replace('"', '\'');
    }

    static JsonNode tree(EventRecord record) {
        return JsonCodec.parse(record.json());
    }

    static JsonNode payload(EventRecord record) {
        return tree(record).path("payload");
    }
}
