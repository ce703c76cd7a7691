package dev.millrace.scriptedmodel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/**
 * The fields that the Open Responses specification requires of each response and others leave out: what the request
 * said, or the default.
 */
final class OpenResponsesFields {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** Fields that are null if the request does not have them. */
    private static final List<String> OR_NULL = List.of(
            "previous_response_id",
            "reasoning",
            "max_output_tokens",
            "max_tool_calls",
            "safety_identifier",
            "prompt_cache_key");

    private OpenResponsesFields() {}

    static void addTo(ObjectNode response, JsonNode request) {
        boolean isCompleted = response.path("status").asText().equals("completed");
        response.set("completed_at", isCompleted ? response.path("created_at") : JSON.nullNode());
        OR_NULL.forEach(field -> response.set(field, orElse(request, field, JSON.nullNode())));
        response.set("tools", tools(request.path("tools")));
        response.set("tool_choice", orElse(request, "tool_choice", JSON.textNode("auto")));
        response.set("truncation", orElse(request, "truncation", JSON.textNode("disabled")));
        response.set("parallel_tool_calls", orElse(request, "parallel_tool_calls", JSON.booleanNode(true)));
        response.set("temperature", orElse(request, "temperature", JSON.numberNode(1)));
        response.set("top_p", orElse(request, "top_p", JSON.numberNode(1)));
        response.set("metadata", orElse(request, "metadata", JSON.objectNode()));
        response.put("presence_penalty", 0).put("frequency_penalty", 0).put("top_logprobs", 0);
        response.put("background", false).put("service_tier", "default");
        response.putObject("text").putObject("format").put("type", "text");
    }

    private static JsonNode orElse(JsonNode request, String field, JsonNode otherwise) {
        return request.hasNonNull(field) ? request.path(field) : otherwise;
    }

    /** The tools of the request, with all their fields. */
    private static ArrayNode tools(JsonNode requested) {
        ArrayNode tools = JSON.arrayNode();
        for (JsonNode tool : requested) {
            ObjectNode whole = tool.deepCopy();
            List.of("description", "parameters", "strict").stream()
                    .filter(field -> !whole.has(field))
                    .forEach(whole::putNull);
            tools.add(whole);
        }
        return tools;
    }
}
