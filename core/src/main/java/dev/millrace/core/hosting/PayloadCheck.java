package dev.millrace.core.hosting;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** Says why an event would be kept as {@code invalid-event-appended}. Implementations are safe for use by many threads. */
@FunctionalInterface
public interface PayloadCheck {
    /** Finds nothing wrong with anything. */
    PayloadCheck NONE = (type, payload) -> List.of();

    /**
     * What is wrong with the payload of an event.
     *
     * @param type the event type, in any spelling
     * @param payload an object
     * @return one line a problem, which begins with the field, {@code payload.slug: ...}; empty if it fits, or if nothing is
     *     known of the type
     */
    List<String> problems(String type, JsonNode payload);
}
