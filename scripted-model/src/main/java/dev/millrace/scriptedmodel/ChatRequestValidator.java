package dev.millrace.scriptedmodel;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The rules by which a strict provider of chat completions answers 400: roles, outputs without a call, calls without an
 * output.
 */
final class ChatRequestValidator {
    private static final Set<String> ROLES = Set.of("system", "developer", "user", "assistant", "tool");

    private ChatRequestValidator() {}

    static Optional<String> problem(JsonNode body) {
        if (!body.path("model").isTextual() || body.path("model").textValue().isBlank()) {
            return Optional.of("Missing required parameter: 'model'.");
        }
        JsonNode messages = body.path("messages");
        if (!messages.isArray() || messages.isEmpty()) {
            return Optional.of("Invalid 'messages': empty array. Expected an array with minimum length 1.");
        }
        Set<String> open = new LinkedHashSet<>();
        for (int i = 0; i < messages.size(); i++) {
            JsonNode message = messages.get(i);
            String role = message.path("role").asText();
            if (!ROLES.contains(role)) {
                return Optional.of("Invalid value: '" + role + "' as the role of 'messages[" + i + "]'.");
            }
            if (role.equals("tool")) {
                if (!open.remove(message.path("tool_call_id").asText())) {
                    return Optional.of("'messages[" + i
                            + "]' with role 'tool' must be a response to a preceding message" + " with 'tool_calls'.");
                }
            } else if (!open.isEmpty()) {
                break;
            }
            message.path("tool_calls").forEach(call -> open.add(call.path("id").asText()));
        }
        return open.stream()
                .findFirst()
                .map(id ->
                        "An assistant message with 'tool_calls' must be followed by tool messages; there is none for "
                                + id + ".");
    }
}
