package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.ModelItem.Message;
import dev.millrace.processors.agent.model.ModelItem.Other;
import dev.millrace.processors.agent.model.ModelItem.Reasoning;
import dev.millrace.processors.agent.model.ModelItem.Refusal;
import dev.millrace.processors.agent.model.ModelItem.ToolCall;
import dev.millrace.processors.agent.model.OutputItem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Converts items between the agent's form and the form of the service.
 *
 * <p>A service refuses ids without the reasoning that they belong to, and reasoning without the item after it or without
 * its encrypted content. So reasoning goes back only completely, and only to the model that produced it; if it is left
 * out, the other items have no ids. Each item has a {@code type}, and the text of the model is an {@code output_text},
 * because some services cannot read other forms.
 */
final class OutputItems {
    private static final String TYPE = "type";
    private static final int LONGEST_ID = 64;
    private static final Set<String> OWN_TYPES = Set.of("reasoning", "function_call", "custom_tool_call");

    private OutputItems() {}

    /** An item that the service sent; its opaque data is all that the agent's form does not have. */
    static OutputItem received(JsonNode wire) {
        OutputItem read = OutputItem.read(wire, Optional.empty());
        ObjectNode opaque = wire.deepCopy();
        if (read.item() instanceof Message || read.item() instanceof Refusal) {
            opaque.remove(List.of(TYPE, "role", "content"));
        } else if (read.item() instanceof ToolCall) {
            opaque.remove(List.of("call_id", "name", "arguments"));
        }
        return new OutputItem(read.item(), opaque.isEmpty() ? Optional.empty() : Optional.of(opaque));
    }

    /** The items of one response as history; {@code same} if it came from the model that will read it. */
    static List<ObjectNode> replay(List<OutputItem> output, boolean same) {
        boolean reasoned = output.stream().anyMatch(item -> item.item() instanceof Reasoning);
        boolean keepsReasoning = reasoned && same && mayKeepReasoning(output);
        boolean keepsIds = same && (keepsReasoning || !reasoned);
        List<ObjectNode> sent = new ArrayList<>();
        for (OutputItem item : output) {
            JsonNode opaque = item.opaque().orElseGet(JsonNodeFactory.instance::objectNode);
            if (item.item() instanceof Reasoning) {
                if (keepsReasoning) {
                    sent.add(reasoning(opaque));
                }
            } else if (item.item() instanceof Other) {
                if (same && isReplayable(opaque)) {
                    sent.add(opaque.deepCopy());
                }
            } else {
                sent.add(wire(item.item(), keepsIds ? opaque : JsonNodeFactory.instance.objectNode()));
            }
        }
        return sent;
    }

    /** Whether each reasoning item has its encrypted content and a complete item after it. */
    private static boolean mayKeepReasoning(List<OutputItem> output) {
        for (int i = 0; i < output.size(); i++) {
            if (output.get(i).item() instanceof Reasoning) {
                boolean sealed = output.get(i)
                        .opaque()
                        .filter(opaque ->
                                !opaque.path("encrypted_content").asText("").isEmpty())
                        .isPresent();
                boolean leads = i + 1 < output.size() && hasId(output.get(i + 1));
                if (!sealed || !leads || !hasId(output.get(i))) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Whether the item has an id of the form that the service gives to such an item. */
    private static boolean hasId(OutputItem item) {
        JsonNode opaque = item.opaque().orElseGet(JsonNodeFactory.instance::objectNode);
        return !id(opaque, prefix(item.item(), opaque)).isEmpty();
    }

    private static String prefix(ModelItem item, JsonNode opaque) {
        if (item instanceof ToolCall) {
            return isCustom(opaque) ? "ctc_" : "fc_";
        }
        return item instanceof Reasoning ? "rs_" : item instanceof Other ? "" : "msg_";
    }

    private static boolean isCustom(JsonNode opaque) {
        return opaque.path(TYPE).asText().equals("custom_tool_call");
    }

    private static String id(JsonNode opaque, String prefix) {
        String id = opaque.path("id").asText("");
        return id.startsWith(prefix) && id.length() <= LONGEST_ID ? id : "";
    }

    private static ObjectNode reasoning(JsonNode opaque) {
        ObjectNode item = opaque.deepCopy();
        item.put(TYPE, "reasoning");
        if (!item.path("summary").isArray()) {
            item.putArray("summary");
        }
        item.remove(List.of("status", "content"));
        return item;
    }

    /** Whether an item of a request is one that only its service understands. */
    static boolean isOther(JsonNode wire) {
        return isReplayable(wire) && !OWN_TYPES.contains(wire.path(TYPE).asText());
    }

    private static boolean isReplayable(JsonNode opaque) {
        String type = opaque.path(TYPE).asText();
        return !type.isEmpty() && !type.equals("message") && !type.endsWith("_call_output");
    }

    private static ObjectNode wire(ModelItem item, JsonNode opaque) {
        ObjectNode wire = JsonNodeFactory.instance.objectNode();
        String id = id(opaque, prefix(item, opaque));
        boolean custom = isCustom(opaque);
        wire.put(TYPE, item instanceof ToolCall ? (custom ? "custom_tool_call" : "function_call") : "message");
        if (!id.isEmpty()) {
            wire.put("id", id).put("status", "completed");
        }
        if (item instanceof ToolCall call) {
            wire.put("call_id", call.callId()).put("name", call.name());
            return custom ? wire.put("input", opaque.path("input").asText()) : wire.put("arguments", call.arguments());
        }
        if (opaque.path("phase").isTextual()) {
            wire.set("phase", opaque.path("phase"));
        }
        String text = item instanceof Message message ? message.text() : ((Refusal) item).text();
        wire.put("role", "assistant")
                .putArray("content")
                .addObject()
                .put(TYPE, "output_text")
                .put("text", text)
                .putArray("annotations");
        return wire;
    }
}
