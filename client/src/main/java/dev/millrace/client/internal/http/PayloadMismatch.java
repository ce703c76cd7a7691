package dev.millrace.client.internal.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.Event;
import java.util.Comparator;

/**
 * Whether a stored event says something else than an input that was sent under the same key: another type, payload or
 * metadata. Values are compared, not spelling: {@code 1.0} is {@code 1}, and the order of keys does not matter.
 */
public final class PayloadMismatch {
    private static final Comparator<JsonNode> BY_VALUE = (one, other) -> {
        if (one.isNumber() && other.isNumber()) {
            return one.decimalValue().compareTo(other.decimalValue());
        }
        return one.equals(other) ? 0 : 1;
    };

    private PayloadMismatch() {}

    /** Compares; {@code sent} is the input as it went over the wire. */
    public static boolean between(JsonNode sent, Event stored) {
        // the service stores types without the space around them
        return !sent.path("type").asText().strip().equals(stored.type())
                || !same(sent.path("payload"), stored.payloadJson())
                || !same(
                        sent.hasNonNull("metadata") ? sent.path("metadata") : JsonNodeFactory.instance.nullNode(),
                        stored.metadata().orElse(JsonNodeFactory.instance.nullNode()));
    }

    private static boolean same(JsonNode one, JsonNode other) {
        return one.equals(BY_VALUE, other);
    }
}
