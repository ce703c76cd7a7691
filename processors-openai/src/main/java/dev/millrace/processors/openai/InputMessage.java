package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;

/**
 * Converts an input to the format of the provider. Text parts get the type that their role requires. Parts that a role
 * cannot have are left out, because the provider would refuse this request and all later ones.
 */
final class InputMessage {
    private static final Set<String> ATTACHMENTS = Set.of("input_image", "input_file");

    private InputMessage() {}

    static JsonNode of(JsonNode input) {
        JsonNode content = input.path("content");
        if (content.isTextual()) {
            return input;
        }
        boolean assistant = input.path("role").asText().equals("assistant");
        ArrayNode parts = JsonNodeFactory.instance.arrayNode();
        for (JsonNode part : content) {
            if (part.path("text").isTextual()) {
                ObjectNode text = parts.addObject();
                text.put("type", assistant ? "output_text" : "input_text");
                text.put("text", part.path("text").textValue());
            } else if (!assistant && ATTACHMENTS.contains(part.path("type").asText())) {
                parts.add(part);
            }
        }
        ObjectNode message = JsonNodeFactory.instance.objectNode();
        message.set("role", input.path("role"));
        return parts.isEmpty() ? message.put("content", "") : message.set("content", parts);
    }
}
