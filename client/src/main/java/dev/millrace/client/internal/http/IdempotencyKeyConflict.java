package dev.millrace.client.internal.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.millrace.core.Event;
import dev.millrace.core.Provenance;
import java.util.Comparator;

/**
 * A comparison of an input with the event that is stored under its key: type, payload, metadata and source. {@code
 * 1.0} equals {@code 1}, and the order of keys does not matter.
 */
public final class IdempotencyKeyConflict {
    private static final Comparator<JsonNode> AS_VALUES =
            (a, b) -> a.isNumber() && b.isNumber() ? a.decimalValue().compareTo(b.decimalValue()) : a.equals(b) ? 0 : 1;

    private IdempotencyKeyConflict() {}

    /** True if they differ; {@code sent} is the input as sent on the wire. */
    public static boolean between(JsonNode sent, Event stored) {
        // the service stores types without the space around them
        return !sent.path("type").asText().strip().equals(stored.type())
                || !same(sent.path("payload"), stored.payloadJson())
                || !same(sent.path("source"), stored.source().orElse(MissingNode.getInstance()))
                || !isMetadata(
                        sent.hasNonNull("metadata") ? sent.path("metadata") : JsonNodeFactory.instance.nullNode(),
                        stored.metadata().orElse(JsonNodeFactory.instance.nullNode()));
    }

    /** The service moves the provenance of a caller that may not {@code process}. */
    private static boolean isMetadata(JsonNode sent, JsonNode stored) {
        return same(sent, stored) || same(Provenance.claimed(sent), stored);
    }

    private static boolean same(JsonNode one, JsonNode other) {
        return one.equals(AS_VALUES, other);
    }
}
