package dev.millrace.processors.jsonata;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.StreamEvent;

/**
 * A failed derivation of an event.
 *
 * @param stage what failed: "matcher", "transform", "result", "append" or "depth"
 */
record DerivationFailure(String transformer, Event source, String stage, String why) {
    /** The {@code error-occurred} event that records this failure. */
    EventInput record() {
        ObjectNode payload = JsonNodeFactory.instance.objectNode();
        payload.put(
                "message",
                "jsonata transformer failed: " + source.path() + "@" + source.offset() + " (" + transformer + ", "
                        + stage + "); " + why);
        ObjectNode error = payload.putObject("error");
        error.put("transformer", transformer).put("stage", stage);
        error.putObject("source").put("path", source.path().value()).put("offset", source.offset());
        return EventInput.builder()
                .type(EventCatalog.nameOf(StreamEvent.ErrorOccurred.class))
                .payload(payload)
                .build();
    }
}
