package dev.millrace.core.internal.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads stored events from JSON; if a field is wrong, the error names it. An event that cannot be decoded keeps what
 * can be read of it, and gets a text as its payload.
 */
public final class EventJsonReader {
    /** The payload of an event whose bytes the store does not hand out. */
    private static final String DAMAGED = "this event is damaged: its stored bytes are not those that were appended;"
            + " 'millrace verify' lists all damaged events";

    private static final int LONGEST_SHOWN = 1000;
    private static final int LONGEST_END = 1_100;

    /** How Millrace ends the JSON of every event, in most cases with a key. */
    private static final Pattern END = Pattern.compile(
            "(?:\"idempotencyKey\":(\"[^\"]{1,1000}+\"),)?\"offset\":(\\d{1,18}),\"createdAt\":\"([^\"]{1,40})\"}$");

    private EventJsonReader() {}

    /** What a store knows about an event beside its JSON. */
    public record Known(StreamPath path, long offset, String type, Instant createdAt) {
        private boolean isOf(Event event) {
            return offset == event.offset() && path.equals(event.path());
        }

        private ObjectNode toTree() {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("streamPath", path.value())
                    .put("offset", offset)
                    .put("type", type)
                    .put("createdAt", createdAt.toString());
        }
    }

    /** Reads an event; throws only if path, offset, type or time can neither be read nor are known. */
    public static Event read(byte[] json, Optional<Known> known) {
        try {
            Event event = read(JsonCodec.parse(json));
            if (known.isEmpty() || known.get().isOf(event)) {
                return event;
            }
        } catch (IllegalArgumentException e) {
            // read in parts
        }
        return readInParts(json, known);
    }

    private static Event readInParts(byte[] json, Optional<Known> known) {
        ObjectNode parts = JsonNodeFactory.instance.objectNode();
        if (collect(json, parts)) {
            try {
                Event event = read(parts);
                if (known.isEmpty() || known.get().isOf(event)) {
                    return event;
                }
            } catch (IllegalArgumentException e) {
                // more than the payload is wrong
            }
        }
        String whole = new String(json, StandardCharsets.UTF_8);
        Matcher end = END.matcher(whole.substring(Math.max(0, whole.length() - LONGEST_END)));
        if (end.find()) {
            parts.put("offset", Long.parseLong(end.group(2))).put("createdAt", end.group(3));
            if (end.group(1) != null) {
                parts.set("idempotencyKey", key(end.group(1)));
            }
        }
        known.ifPresent(is -> parts.setAll(is.toTree()));
        if (!parts.path("idempotencyKey").isTextual()) {
            parts.remove("idempotencyKey");
        }
        for (String name : List.of("metadata", "source")) {
            if (!parts.path(name).isObject()) {
                parts.remove(name);
            }
        }
        return read(parts.put("payload", json.length == 0 ? DAMAGED : whole));
    }

    private static JsonNode key(String json) {
        try {
            return JsonCodec.parse(json);
        } catch (IllegalArgumentException e) {
            return MissingNode.getInstance();
        }
    }

    /**
     * Collects the fields of an event, up to the first error of syntax. A payload that cannot be decoded becomes a
     * text. Returns false if anything else cannot be read.
     */
    private static boolean collect(byte[] json, ObjectNode parts) {
        boolean complete = true;
        try (JsonParser parser = JsonCodec.storedParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                return false;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                String value = value(json, parser);
                try {
                    parts.set(name, JsonCodec.parse(value));
                } catch (IllegalArgumentException e) {
                    complete &= name.equals("payload");
                    parts.put(name, value);
                }
            }
            return complete && parser.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }

    /** The text of the next value; afterwards the current token is its last one. */
    private static String value(byte[] json, JsonParser parser) throws IOException {
        parser.nextToken();
        int start = (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        parser.finishToken();
        int end = (int) parser.currentLocation().getByteOffset();
        if (start < 0 || end < start || end > json.length) {
            throw new IOException("not UTF-8"); // the parser reads other encodings as characters
        }
        return new String(json, start, end - start, StandardCharsets.UTF_8);
    }

    /** Why an event has this text as its payload. */
    public static String problem(String payload) {
        if (payload.equals(DAMAGED)) {
            return payload;
        }
        try {
            JsonNode json = JsonCodec.parse(payload);
            if (json.has("streamPath") || json.has("offset")) {
                read(json);
            }
            return "payload: expected an object, got a text";
        } catch (IllegalArgumentException e) {
            return "it cannot be decoded: " + e.getMessage();
        }
    }

    public static Event read(JsonNode json) {
        Event.Builder builder = Event.builder();
        builder.path(StreamPath.of(text(json, "streamPath")))
                .offset(offset(json))
                .type(text(json, "type"))
                .payloadJson(payload(json))
                .createdAt(instant(json, "createdAt"));
        if (json.hasNonNull("idempotencyKey")) {
            builder.idempotencyKey(text(json, "idempotencyKey"));
        }
        if (json.hasNonNull("metadata")) {
            builder.metadata(object(json, "metadata"));
        }
        if (json.hasNonNull("source")) {
            builder.source(object(json, "source"));
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

    private static JsonNode payload(JsonNode json) {
        JsonNode payload = json.path("payload");
        if (payload.isMissingNode()) {
            return JsonNodeFactory.instance.objectNode();
        }
        return payload.isTextual() ? payload : object(json, "payload");
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
        String got = json.has(field) ? shorten(json.path(field)) : "nothing";
        return new IllegalArgumentException(
                "not a stored event: " + field + ": expected " + expected + ", got " + got + " in " + shorten(json));
    }

    private static String shorten(JsonNode json) {
        String text = json.toString();
        return text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "…";
    }
}
