package dev.millrace.core.hosting;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * A check of payloads: says why an event would be stored as {@code invalid-event-appended}. Implementations are safe
 * for use by many threads.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface PayloadCheck {
    /** A check that accepts everything. */
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
}
