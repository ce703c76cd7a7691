package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.processors.openai.AgentState.Entry;
import java.util.ArrayList;
import java.util.List;

/**
 * Converts the output of an earlier request to history for the next request. The service refuses a conversation in
 * which a call has no output, or reasoning has no following item. So each call gets an output; reasoning is sent only
 * completely, with its encrypted content, and only to the model that produced it. If reasoning is left out, the other
 * items are sent without ids. Items of unknown types are sent unchanged.
 */
final class HistoryItems {
    private static final String NO_TOOL = "There is no such tool here; the call was not executed.";

    private HistoryItems() {}

    static List<JsonNode> replay(List<Entry> output, String model) {
        List<JsonNode> items = new ArrayList<>();
        for (Entry entry : output) {
            if (isWhole(entry.item())) {
                items.add(entry.item());
            }
        }
        boolean reasoned = items.stream().anyMatch(HistoryItems::isReasoning);
        boolean sameModel = output.get(0).model().equals(model);
        boolean keepsReasoning = reasoned && sameModel && mayKeepReasoning(items);
        boolean keepsIds = sameModel && (keepsReasoning || !reasoned);
        List<JsonNode> sent = new ArrayList<>();
        for (JsonNode item : items) {
            if (isReasoning(item) && !keepsReasoning) {
                continue;
            }
            sent.add(keepsIds || isOpaque(item) ? item : PromptBuilder.without(item, "id", "status"));
            if (isCall(item)) {
                sent.add(JsonNodeFactory.instance
                        .objectNode()
                        .put("type", type(item) + "_output")
                        .put("call_id", item.path("call_id").textValue())
                        .put("output", NO_TOOL));
            }
        }
        return sent;
    }

    /** Whether each reasoning item has its encrypted content and a complete item after it. */
    private static boolean mayKeepReasoning(List<JsonNode> items) {
        for (int i = 0; i < items.size(); i++) {
            if (isReasoning(items.get(i))) {
                boolean sealed =
                        !items.get(i).path("encrypted_content").asText("").isEmpty();
                boolean leads = i + 1 < items.size() && items.get(i + 1).hasNonNull("type");
                if (!sealed || !leads) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Whether the item has the fields that the service requires for its type. */
    private static boolean isWhole(JsonNode item) {
        if (!item.isObject()) {
            return false;
        }
        if (isCall(item)) {
            boolean named =
                    item.path("call_id").isTextual() && item.path("name").isTextual();
            return named && !item.path("call_id").textValue().isEmpty();
        }
        if (type(item).equals("message")) {
            JsonNode content = item.path("content");
            return item.path("role").asText().equals("assistant")
                    && (content.isTextual() || (content.isArray() && !content.isEmpty() && areOutputParts(content)));
        }
        return !type(item).endsWith("_call_output");
    }

    private static boolean areOutputParts(JsonNode content) {
        for (JsonNode part : content) {
            String type = part.path("type").asText();
            if (!type.equals("output_text") && !type.equals("refusal")) {
                return false;
            }
        }
        return true;
    }

    private static boolean isCall(JsonNode item) {
        return type(item).equals("function_call") || type(item).equals("custom_tool_call");
    }

    private static boolean isReasoning(JsonNode item) {
        return type(item).equals("reasoning");
    }

    private static boolean isOpaque(JsonNode item) {
        return !isCall(item) && !isReasoning(item) && !type(item).equals("message");
    }

    /** The type of an item; the default is {@code message}. */
    private static String type(JsonNode item) {
        return item.path("type").asText("message");
    }
}
