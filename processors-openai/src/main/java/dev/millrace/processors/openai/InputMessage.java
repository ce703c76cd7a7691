package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.processors.agent.model.PromptPart;
import java.util.Set;

/**
 * Converts an input to the format of the provider. Text parts get the type that their role requires. Parts that a role
 * cannot have are left out, because the provider would refuse this request and all later ones.
 */
final class InputMessage {
    private InputMessage() {}

    /** Content and roles in {@code unsupported} are replaced by text of the user. */
    static ObjectNode of(PromptPart.Input input, Set<String> unsupported) {
        boolean assistant = input.role().equals("assistant");
        ObjectNode message = JsonNodeFactory.instance.objectNode();
        message.put("type", "message").put("role", role(input.role(), unsupported));
        ArrayNode parts = message.putArray("content");
        if (input.content().isTextual()) {
            text(parts, input.content().textValue(), assistant);
        }
        for (JsonNode part : input.content()) {
            if (part.path("text").isTextual()) {
                text(parts, part.path("text").textValue(), assistant);
            } else if (!assistant
                    && OptionalParameters.ATTACHMENTS.contains(part.path("type").asText())) {
                if (unsupported.contains(part.path("type").asText())) {
                    text(parts, OptionalParameters.LEFT_OUT, false);
                } else {
                    parts.add(part);
                }
            }
        }
        if (parts.isEmpty()) {
            text(parts, "", assistant);
        }
        return message;
    }

    private static String role(String role, Set<String> unsupported) {
        boolean isRefused = (role.equals("system") || role.equals("developer"))
                && unsupported.contains(OptionalParameters.DEVELOPER_MESSAGES);
        return isRefused ? "user" : role;
    }

    private static void text(ArrayNode parts, String text, boolean assistant) {
        ObjectNode part = parts.addObject()
                .put("type", assistant ? "output_text" : "input_text")
                .put("text", text);
        if (assistant) {
            part.putArray("annotations");
        }
    }
}
