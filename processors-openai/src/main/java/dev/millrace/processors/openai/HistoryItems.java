package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.processors.openai.AgentState.Entry;
import java.util.ArrayList;
import java.util.List;

/**
 * The output of one earlier request, made fit to be sent again. The service refuses a conversation for good when a call
 * has no output, or when reasoning stands without the item it led to; so calls are always answered, and reasoning goes
 * back only as a whole, to the model that thought it, with its encrypted content. Without their reasoning the other
 * items go back without their ids. Kinds that are not known here go back as they came.
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

    /** Whether every reasoning item can be unsealed, and is followed by a complete item it led to. */
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

    /** Whether the item has what the service demands of its kind. */
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

    /** The kind of an item; a message may leave it out. */
    private static String type(JsonNode item) {
        return item.path("type").asText("message");
    }
}
