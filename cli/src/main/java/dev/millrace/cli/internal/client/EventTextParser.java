package dev.millrace.cli.internal.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.cli.internal.terminal.TerminalText;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A parser of typed or piped events: one JSON object, an array, or one object per line. */
final class EventTextParser {
    private static final Set<String> FIELDS =
            Set.of("type", "payload", "metadata", "source", "idempotencyKey", "offset");
    private static final Set<String> GIVEN_BY_THE_SERVICE = Set.of("streamPath", "offset", "createdAt");

    private static final String RESERVED_KEYS = "millrace/";

    private EventTextParser() {}

    /** An event, and the stream from which it was read, if it was. */
    record Addressed(Optional<String> path, EventInput input) {
        /** Whether the service itself added it to the stream from which it was read. */
        boolean isOfTheService() {
            return path.isPresent()
                    && (BuiltInType.INITIALIZED.matches(input.type())
                            || input.idempotencyKey().orElse("").startsWith(RESERVED_KEYS));
        }
    }

    /**
     * Parses all events of a text. From stored events, as {@code millrace read} prints them, the fields of the service
     * are removed. Throws an {@link IllegalArgumentException} that names the place if the text is something else.
     */
    static List<Addressed> read(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("the input has no event; give a JSON object");
        }
        List<JsonNode> values = values(text);
        List<Addressed> events = new ArrayList<>();
        for (JsonNode value : values) {
            String place = values.size() == 1 ? "the event" : "event " + (events.size() + 1);
            events.add(event(value, place));
        }
        return events;
    }

    private static List<JsonNode> values(String text) {
        try {
            JsonNode json = JsonCodec.parse(text);
            if (!json.isArray()) {
                return List.of(json);
            }
            List<JsonNode> items = new ArrayList<>();
            json.forEach(items::add);
            return items;
        } catch (IllegalArgumentException notOneValue) {
            if (!hasLinesOfJson(text)) {
                throw new IllegalArgumentException("not JSON: " + notOneValue.getMessage(), notOneValue);
            }
        }
        List<JsonNode> lines = new ArrayList<>();
        int number = 0;
        for (String line : text.split("\n", -1)) {
            number++;
            if (!line.isBlank()) {
                try {
                    lines.add(JsonCodec.parse(line));
                } catch (IllegalArgumentException e) {
                    String why = String.valueOf(e.getMessage()).replace("(line 1, ", "(");
                    throw new IllegalArgumentException("line " + number + " is not JSON: " + why, e);
                }
            }
        }
        return lines;
    }

    /** Whether the first line with a text is a JSON value of its own. */
    private static boolean hasLinesOfJson(String text) {
        String first = text.lines().filter(line -> !line.isBlank()).findFirst().orElse("");
        try {
            JsonCodec.parse(first);
            return true;
        } catch (IllegalArgumentException partOfValue) {
            return false;
        }
    }

    private static Addressed event(JsonNode value, String place) {
        if (!(value instanceof ObjectNode object)) {
            throw new IllegalArgumentException(
                    place + " is not a JSON object: " + TerminalText.clip(value.toString(), 60));
        }
        Optional<String> path = Optional.empty();
        if (object.has("streamPath") && object.has("createdAt")) {
            path = Optional.of(object.path("streamPath").asText());
            object = object.deepCopy().remove(GIVEN_BY_THE_SERVICE);
        }
        for (var field : object.properties()) {
            if (!FIELDS.contains(field.getKey())) {
                throw new IllegalArgumentException(place + " has the unknown field '" + field.getKey()
                        + "'; an event has type, payload, metadata, source, idempotencyKey and offset");
            }
        }
        if (!object.path("type").isTextual()) {
            throw new IllegalArgumentException(place + " has no type; add one, for example {\"type\": \"user-said\"}");
        }
        EventInput.Builder input = EventInput.builder();
        input.type(object.path("type").textValue());
        if (object.has("payload")) {
            input.payload(object.path("payload"));
        }
        if (object.has("metadata")) {
            input.metadata(object.path("metadata"));
        }
        if (object.has("source")) {
            input.source(object.path("source"));
        }
        if (object.has("idempotencyKey")) {
            input.idempotencyKey(object.path("idempotencyKey").asText());
        }
        if (object.has("offset")) {
            input.offset(object.path("offset").asLong());
        }
        return new Addressed(path, input.build());
    }
}
