package dev.millrace.core.hosting;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.internal.payload.BuiltInOperations;
import java.util.List;

/**
 * What a host knows about event types: why an event would be stored as {@code invalid-event-appended}, and which
 * operation its append takes. Implementations are safe for use by many threads.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface PayloadCheck {
    /** A check that accepts every payload. */
    PayloadCheck NONE = (type, payload) -> List.of();

    /**
     * The problems of a payload.
     *
     * @param type the event type, in any spelling
     * @param payload an object
     * @return one line for each problem, beginning with the field, {@code payload.slug: ...}; empty if the payload fits
     *     or the type is not known
     */
    List<String> problems(String type, JsonNode payload);

    /**
     * The operation that an append of this type takes, in any spelling. By default only the types of the service are
     * known; all others take {@link Operation#APPEND}.
     */
    default Operation operation(String type) {
        return BuiltInOperations.of(type);
    }
}
