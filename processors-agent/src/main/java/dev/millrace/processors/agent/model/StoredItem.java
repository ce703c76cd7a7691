package dev.millrace.processors.agent.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.JsonCodec;
import java.util.Optional;

/**
 * A reader of stored items. Earlier versions stored an item as OpenAI's Responses API sent it; such an item is converted
 * and kept whole as opaque data.
 */
final class StoredItem {
    private StoredItem() {}

    /** Throws {@link IllegalArgumentException} if it is no object, or not well-formed. */
    static OutputItem read(JsonNode item, Optional<JsonNode> opaque) {
        if (!item.isObject()) {
            throw new IllegalArgumentException("item must be an object, got " + item.getNodeType());
        }
        boolean isOwn = switch (item.path("type").asText()) {
            case "message", "refusal", "reasoning" ->
                item.path("text").isTextual() && !item.has("content") && !item.has("summary");
            case "tool-call" -> true;
            case "other" -> item.has("kind");
            default -> false;
        };
        return isOwn
                ? new OutputItem(JsonCodec.fromTree(item, ModelItem.class), opaque)
                : new OutputItem(converted(item), Optional.of(item));
    }

    private static ModelItem converted(JsonNode item) {
        String type = item.path("type").asText("message");
        return switch (type) {
            case "message" -> {
                StringBuilder text = new StringBuilder();
                boolean refusal = false;
                JsonNode content = item.path("content");
                text.append(content.asText(""));
                for (JsonNode part : content) {
                    text.append(part.path("text").asText(""))
                            .append(part.path("refusal").asText(""));
                    refusal |= part.path("type").asText().equals("refusal");
                }
                boolean ofModel = item.path("role").asText("assistant").equals("assistant");
                yield ofModel
                        ? (refusal ? new ModelItem.Refusal(text.toString()) : new ModelItem.Message(text.toString()))
                        : new ModelItem.Other(type);
            }
            case "reasoning" -> new ModelItem.Reasoning(texts(item.path("summary")) + texts(item.path("content")));
            case "function_call" ->
                new ModelItem.ToolCall(
                        item.path("call_id").asText(""),
                        item.path("name").asText(""),
                        item.path("arguments").asText(""));
            case "custom_tool_call" ->
                new ModelItem.ToolCall(
                        item.path("call_id").asText(""),
                        item.path("name").asText(""),
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("input", item.path("input").asText(""))
                                .toString());
            default -> new ModelItem.Other(type);
        };
    }

    private static String texts(JsonNode parts) {
        StringBuilder text = new StringBuilder();
        parts.forEach(part -> text.append(part.path("text").asText("")));
        return text.toString();
    }
}
