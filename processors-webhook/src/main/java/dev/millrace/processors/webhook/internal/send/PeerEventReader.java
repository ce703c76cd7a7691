package dev.millrace.processors.webhook.internal.send;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeType;
import dev.millrace.core.EventInput;
import java.util.Set;
import java.util.TreeSet;

/** A reader for events from WebSocket peers. It checks only the form; the append checks the rules of the stream. */
final class PeerEventReader {
    private static final Set<String> FIELDS =
            Set.of("type", "payload", "metadata", "source", "idempotencyKey", "offset");

    private PeerEventReader() {}

    /**
     * Reads an event.
     *
     * @throws IllegalArgumentException if a field is unknown or of the wrong type; the message begins with the field
     */
    static EventInput read(JsonNode event) {
        expect(event, JsonNodeType.OBJECT, "event", "an object");
        Set<String> unknown = new TreeSet<>();
        event.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(FIELDS);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("event: unknown fields " + unknown);
        }
        expect(event.path("type"), JsonNodeType.STRING, "event.type", "a string");
        EventInput.Builder input = EventInput.builder().type(event.path("type").textValue());
        if (event.has("payload")) {
            expect(event.path("payload"), JsonNodeType.OBJECT, "event.payload", "an object");
            input.payload(event.path("payload"));
        }
        if (event.has("metadata")) {
            expect(event.path("metadata"), JsonNodeType.OBJECT, "event.metadata", "an object");
            input.metadata(event.path("metadata"));
        }
        if (event.has("source")) {
            expect(event.path("source"), JsonNodeType.OBJECT, "event.source", "an object");
            input.source(event.path("source"));
        }
        if (event.has("idempotencyKey")) {
            expect(event.path("idempotencyKey"), JsonNodeType.STRING, "event.idempotencyKey", "a string");
            input.idempotencyKey(event.path("idempotencyKey").textValue());
        }
        if (event.has("offset")) {
            if (!event.path("offset").canConvertToLong()
                    || !event.path("offset").isIntegralNumber()) {
                throw new IllegalArgumentException("event.offset: expected an integer");
            }
            input.offset(event.path("offset").longValue());
        }
        return input.build();
    }

    private static void expect(JsonNode value, JsonNodeType type, String field, String words) {
        if (value.getNodeType() != type) {
            throw new IllegalArgumentException(field + ": expected " + words + ", got "
                    + (value.isMissingNode()
                            ? "nothing"
                            : value.getNodeType().name().toLowerCase(java.util.Locale.ROOT)));
        }
    }
}
