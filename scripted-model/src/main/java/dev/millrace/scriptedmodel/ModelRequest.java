package dev.millrace.scriptedmodel;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A request {@code POST /v1/responses} or {@code POST /v1/chat/completions}, as the server received it. Immutable if
 * the body is not modified.
 *
 * @param headers the first value of each header, names in lower case
 * @param body the JSON body; do not modify it
 * @since 0.1
 */
public record ModelRequest(Map<String, String> headers, JsonNode body) {
    /** Copies the headers. */
    public ModelRequest {
        headers = Map.copyOf(headers);
    }

    /** The requested model; empty if the request names none. */
    public String model() {
        return body.path("model").asText();
    }

    /** Whether this is a request for a chat completion. */
    public boolean isChat() {
        return body.has("messages");
    }

    /**
     * The texts of all messages with this role, oldest first. An {@code input} that is plain text is one user message.
     */
    public List<String> texts(String role) {
        JsonNode input = isChat() ? body.path("messages") : body.path("input");
        List<String> texts = new ArrayList<>();
        if (input.isTextual() && role.equals("user")) {
            texts.add(input.textValue());
        }
        if (input.isArray()) {
            for (JsonNode item : input) {
                if (item.path("role").asText().equals(role)) {
                    texts.add(text(item.path("content")));
                }
            }
        }
        return List.copyOf(texts);
    }

    /** The text of the newest user message; empty if there is none. */
    public String lastUserText() {
        List<String> texts = texts("user");
        return texts.isEmpty() ? "" : texts.get(texts.size() - 1);
    }

    /** The error message with which a strict provider would refuse this request; empty if it would not. */
    public Optional<String> problem() {
        return isChat() ? ChatRequestValidator.problem(body) : ResponsesRequestValidator.problem(body);
    }

    private static String text(JsonNode content) {
        if (content.isTextual()) {
            return content.textValue();
        }
        List<String> parts = new ArrayList<>();
        for (JsonNode part : content) {
            if (part.path("text").isTextual()) {
                parts.add(part.path("text").textValue());
            }
        }
        return String.join("\n", parts);
    }
}
