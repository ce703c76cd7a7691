package dev.millrace.processors.script.internal.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.EventInput;
import java.util.Set;

/** What a script hands to {@code append}: an event, bare or as {@code {event}}. */
final class ScriptEventReader {
    private static final Set<String> FIELDS = Set.of("type", "payload", "metadata", "idempotencyKey", "offset");

    private ScriptEventReader() {}

    /**
     * Reads it.
     *
     * @throws ScriptEngine.Refusal when it is not an event, or names a path
     */
    static EventInput read(JsonNode given) {
        boolean isWrapped = given.path("event").isObject() && !given.has("type");
        JsonNode event = isWrapped ? given.path("event") : given;
        if (given.has("path") || event.has("path") || given.has("streamPath") || event.has("streamPath")) {
            throw new ScriptEngine.Refusal(
                    "append takes no path: a script appends to its own stream only; leave 'path' out");
        }
        if (!event.isObject()) {
            throw new ScriptEngine.Refusal("append takes an event: { type, payload }, or { event: { type, payload } }");
        }
        (isWrapped ? given : event).fieldNames().forEachRemaining(field -> {
            if (!(isWrapped ? field.equals("event") : FIELDS.contains(field))) {
                throw new ScriptEngine.Refusal("append: unknown field '" + field + "'");
            }
        });
        event.fieldNames().forEachRemaining(field -> {
            if (!FIELDS.contains(field)) {
                throw new ScriptEngine.Refusal("append: unknown field '" + field + "' of the event");
            }
        });
        EventInput.Builder input = EventInput.builder().type(text(event, "type"));
        if (event.has("payload")) {
            input.payload(object(event, "payload"));
        }
        if (event.hasNonNull("metadata")) {
            input.metadata(object(event, "metadata"));
        }
        if (event.hasNonNull("idempotencyKey")) {
            input.idempotencyKey(text(event, "idempotencyKey"));
        }
        if (event.hasNonNull("offset")) {
            input.offset(event.path("offset").asLong());
        }
        return input.build();
    }

    private static String text(JsonNode event, String field) {
        String text = event.path(field).asText();
        if (!event.path(field).isTextual() || text.isBlank()) {
            throw new ScriptEngine.Refusal("append: '" + field + "' must be a string that is not empty");
        }
        return text;
    }

    private static JsonNode object(JsonNode event, String field) {
        if (!event.path(field).isObject()) {
            throw new ScriptEngine.Refusal("append: '" + field + "' must be an object");
        }
        return event.path(field);
    }
}
