package dev.millrace.engine.internal.append;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.Provenance;
import dev.millrace.engine.spi.EventRecord;
import java.util.Arrays;
import java.util.Comparator;

/** A comparison of an input with the event that is stored under its key. */
final class IdempotencyKeyConflict {
    /** Compares numbers by value: 1, 1.0 and 1e0 are equal. */
    private static final Comparator<JsonNode> AS_VALUES =
            (a, b) -> a.isNumber() && b.isNumber() ? a.decimalValue().compareTo(b.decimalValue()) : a.equals(b) ? 0 : 1;

    private IdempotencyKeyConflict() {}

    /**
     * True if type, payload, metadata or source differ as JSON values. Of invalid events only the raw input is
     * compared: the rest of the payload describes the request. An event of an earlier version has the metadata of an
     * untrusted caller as they were sent, so they are compared in both forms.
     */
    static boolean between(PreparedEvent preparedEvent, EventRecord stored) {
        if (Arrays.equals(preparedEvent.body(), stored.body())) {
            return false; // the usual retry
        }
        JsonNode ours = JsonCodec.parse(stored.withBody(preparedEvent.body()).json());
        JsonNode theirs;
        try {
            theirs = JsonCodec.parse(stored.json());
        } catch (IllegalArgumentException e) {
            return true; // an input that could not be decoded either would have been refused
        }
        JsonNode sent = withoutChain(ours.path("metadata"));
        JsonNode kept = withoutChain(theirs.path("metadata"));
        return !isSame(ours.path("type"), theirs.path("type"))
                || !isSame(content(preparedEvent, ours), content(preparedEvent, theirs))
                || !isSame(ours.path("source"), theirs.path("source"))
                || !(isSame(sent, kept) || isSame(sent, Provenance.claimed(kept)));
    }

    private static JsonNode content(PreparedEvent preparedEvent, JsonNode event) {
        JsonNode payload = event.path("payload");
        return preparedEvent.is(BuiltInType.INVALID_EVENT_APPENDED) ? payload.path("rawInput") : payload;
    }

    /** The metadata without the chain of reactions, which comes from the request and not from its event. */
    private static JsonNode withoutChain(JsonNode metadata) {
        if (metadata instanceof ObjectNode all
                && all.path("millrace") instanceof ObjectNode origin
                && origin.remove("chain") != null
                && origin.isEmpty()) {
            all.remove("millrace");
            return all.isEmpty() ? MissingNode.getInstance() : all;
        }
        return metadata;
    }

    private static boolean isSame(JsonNode one, JsonNode other) {
        return one.equals(AS_VALUES, other);
    }
}
