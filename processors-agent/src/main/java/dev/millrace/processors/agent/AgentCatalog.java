package dev.millrace.processors.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.model.OutputItem;
import dev.millrace.processors.agent.tool.ToolEvent;
import java.util.Optional;

/** The catalog of the events of agents and tools, with the changes since the first version. */
final class AgentCatalog {
    static final EventCatalog CATALOG = EventCatalog.of(AgentEvent.class, ToolEvent.class)
            .upcast("llm-item-completed", AgentCatalog::item)
            .upcast("llm-request-completed", AgentCatalog::usage);

    private AgentCatalog() {}

    /** Items were stored as OpenAI's Responses API sent them. */
    private static ObjectNode item(ObjectNode payload) {
        OutputItem read = OutputItem.read(payload.path("item"), Optional.ofNullable(payload.get("opaque")));
        payload.set("item", JsonCodec.toTree(read.item()));
        read.opaque().ifPresent(opaque -> payload.set("opaque", opaque));
        return payload;
    }

    /** Usage was stored as OpenAI's Responses API sent it. */
    private static ObjectNode usage(ObjectNode payload) {
        JsonNode old = payload.path("usage");
        if (old.isObject() && !old.has("estimated")) {
            ObjectNode usage = payload.putObject("usage");
            usage.put("inputTokens", old.path("input_tokens").asLong());
            usage.put("outputTokens", old.path("output_tokens").asLong());
            number(usage, "cachedInputTokens", old.at("/input_tokens_details/cached_tokens"));
            number(usage, "reasoningTokens", old.at("/output_tokens_details/reasoning_tokens"));
            usage.put("estimated", false);
        }
        return payload;
    }

    private static void number(ObjectNode usage, String field, JsonNode value) {
        if (value.isIntegralNumber()) {
            usage.set(field, value);
        }
    }
}
