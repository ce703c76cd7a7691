package dev.millrace.core.internal.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.Event;
import dev.millrace.core.StreamPath;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/** Reads stored events from JSON; if a field is wrong, the error names it. */
public final class EventJsonReader {
    private EventJsonReader() {}

    public static Event read(JsonNode json) {
        Event.Builder builder = Event.builder();
        builder.path(StreamPath.of(text(json, "streamPath")))
                .offset(offset(json))
                .type(text(json, "type"))
                .payloadJson(json.has("payload") ? object(json, "payload") : JsonNodeFactory.instance.objectNode())
                .createdAt(instant(json, "createdAt"));
        if (json.hasNonNull("idempotencyKey")) {
            builder.idempotencyKey(text(json, "idempotencyKey"));
        }
        if (json.hasNonNull("metadata")) {
            builder.metadata(object(json, "metadata"));
        }
        return builder.build();
    }

    private static String text(JsonNode json, String field) {
        JsonNode value = json.path(field);
        if (!value.isTextual()) {
            throw notStored(json, field, "a string");
        }
        return value.textValue();
    }

    private static JsonNode object(JsonNode json, String field) {
        JsonNode value = json.path(field);
        if (!value.isObject()) {
            throw notStored(json, field, "an object");
        }
        return value;
    }

    private static long offset(JsonNode json) {
        JsonNode value = json.path("offset");
        if (!value.isIntegralNumber() || !value.canConvertToLong() || value.longValue() < 1) {
            throw notStored(json, "offset", "a positive integer");
        }
        return value.longValue();
    }

    private static Instant instant(JsonNode json, String field) {
        try {
            return Instant.parse(text(json, field));
        } catch (DateTimeParseException e) {
            throw notStored(json, field, "an ISO-8601 time in UTC");
        }
    }

    private static IllegalArgumentException notStored(JsonNode json, String field, String expected) {
        String got = json.has(field) ? json.path(field).toString() : "nothing";
        return new IllegalArgumentException(
                "not a stored event: " + field + ": expected " + expected + ", got " + got + " in " + json);
    }
}
