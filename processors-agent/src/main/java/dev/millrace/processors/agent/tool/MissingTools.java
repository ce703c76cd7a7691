package dev.millrace.processors.agent.tool;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.EventDraft;
import java.util.List;

/**
 * Sources of a host that have not said in time which tools they have.
 *
 * @param sources not empty
 */
record MissingTools(String host, List<ToolSource> sources) {
    private static final String CODE = "tools-missing";

    /**
     * The {@code error-occurred} event that says so.
     *
     * @param offer the offset of the offer without these tools, 0 if there is none; the event is stored once for each
     */
    EventDraft draft(long offer, long cause, StreamPath path) {
        List<String> names = sources.stream().map(ToolSource::toString).toList();
        ObjectNode payload = JsonNodeFactory.instance.objectNode();
        payload.put(
                "message",
                "the tool host '" + host + "' does not know the tools of " + String.join(", ", names)
                        + " yet, after 10 s; the log of its process may say why. It goes on trying, and offers the"
                        + " tools when it knows them");
        ObjectNode error = payload.putObject("error");
        error.put("code", CODE).put("host", host);
        names.forEach(error.putArray("sources")::add);
        return EventDraft.of(EventInput.builder()
                        .type(EventCatalog.nameOf(StreamEvent.ErrorOccurred.class))
                        .payload(payload)
                        .idempotencyKey(CODE + "@" + path + ":" + offer + "/" + host + "/"
                                + Integer.toHexString(names.hashCode()))
                        .build())
                .because(cause);
    }
}
