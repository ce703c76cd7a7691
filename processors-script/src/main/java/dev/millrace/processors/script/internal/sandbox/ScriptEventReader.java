package dev.millrace.processors.script.internal.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.EventInput;
import java.util.Set;

/** A reader for the argument of a script's {@code append}: an event, plain or as {@code {event}}. */
final class ScriptEventReader {
    private static final Set<String> FIELDS =
            Set.of("type", "payload", "metadata", "source", "idempotencyKey", "offset");

    private ScriptEventReader() {}

    /**
     * Reads the argument.
     *
     * @throws ScriptEngine.Refusal if it is not an event, or contains a path
     */
    static EventInput read(JsonNode given) {
        boolean isWrapped = given.path("event").isObject() && !given.has("type");
        JsonNode event = isWrapped ? given.path("event") : given;
        if (given.has("path") || event.has("path") || given.has("streamPath") || event.has("streamPath")) {
            throw new ScriptEngine.Refusal(
                    "append takes no path, because a script appends only to its own stream; remove 'path'");
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
        if (event.hasNonNull("source")) {
            input.source(object(event, "source"));
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
