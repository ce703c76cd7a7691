package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.processors.agent.model.PromptPart;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Converts an input to a chat message. Attachments can have the form of either wire. Without attachments the content is
 * one text, because not every server reads an array. The role {@code developer} becomes {@code system}, which OpenAI takes
 * for the same and other servers know. Parts that a role cannot have are left out, because the provider would refuse this
 * request and all later ones.
 */
final class ChatInput {
    /** What a service refuses if it takes a system message at the beginning only, or none. */
    private static final Set<String> NO_SYSTEM = Set.of(
            OptionalParameters.DEVELOPER_MESSAGES,
            OptionalParameters.SYSTEM_MESSAGES,
            OptionalParameters.CONSECUTIVE_MESSAGES);

    private final Set<String> unsupported;
    private final ArrayNode parts = JsonNodeFactory.instance.arrayNode();
    private boolean hasAttachment;

    private ChatInput(Set<String> unsupported) {
        this.unsupported = unsupported;
    }

    /** The message; empty if it is one of the assistant without a text, which servers refuse. */
    static Optional<ObjectNode> of(PromptPart.Input input, Set<String> unsupported) {
        ChatInput made = new ChatInput(unsupported);
        boolean isUser = input.role().equals("user");
        if (input.content().isTextual()) {
            made.text(input.content().textValue());
        }
        for (JsonNode part : input.content()) {
            if (part.path("text").isTextual()) {
                made.text(part.path("text").textValue());
            } else if (isUser) {
                made.attachment(part);
            }
        }
        String text = made.texts();
        if (input.role().equals("assistant") && text.isBlank()) {
            return Optional.empty();
        }
        ObjectNode message = JsonNodeFactory.instance.objectNode().put("role", role(input.role(), unsupported));
        if (made.hasAttachment) {
            message.set("content", made.parts);
        } else {
            message.put("content", text);
        }
        return Optional.of(message);
    }

    private static String role(String role, Set<String> unsupported) {
        if (role.equals("user") || role.equals("assistant")) {
            return role;
        }
        return Collections.disjoint(unsupported, NO_SYSTEM) ? "system" : "user";
    }

    private String texts() {
        List<String> texts = new ArrayList<>();
        parts.forEach(part -> texts.add(part.path("text").asText("")));
        return String.join("\n", texts);
    }

    private void text(String text) {
        parts.addObject().put("type", "text").put("text", text);
    }

    private void attachment(JsonNode part) {
        switch (part.path("type").asText()) {
            case OptionalParameters.IMAGE, "image_url" -> image(part);
            case OptionalParameters.FILE, "file" -> file(part);
            default -> {
                // the provider does not know it
            }
        }
    }

    private void image(JsonNode part) {
        JsonNode image = part.path("image_url");
        String url = image.isTextual() ? image.textValue() : image.path("url").asText("");
        if (url.isEmpty() || unsupported.contains(OptionalParameters.IMAGE)) {
            text(OptionalParameters.LEFT_OUT);
            return;
        }
        ObjectNode sent = attach("image_url").putObject("image_url").put("url", url);
        JsonNode detail = image.isObject() ? image.path("detail") : part.path("detail");
        if (detail.isTextual()) {
            sent.set("detail", detail);
        }
    }

    /** A file as data or by its id; this wire has no files by address. */
    private void file(JsonNode part) {
        JsonNode file = part.path("file").isObject() ? part.path("file") : part;
        boolean isSendable =
                file.path("file_data").isTextual() || file.path("file_id").isTextual();
        if (!isSendable || unsupported.contains(OptionalParameters.FILE)) {
            text(OptionalParameters.LEFT_OUT);
            return;
        }
        ObjectNode sent = attach("file").putObject("file");
        for (String field : List.of("file_data", "file_id", "filename")) {
            if (file.path(field).isTextual()) {
                sent.set(field, file.path(field));
            }
        }
    }

    private ObjectNode attach(String type) {
        hasAttachment = true;
        return parts.addObject().put("type", type);
    }
}
