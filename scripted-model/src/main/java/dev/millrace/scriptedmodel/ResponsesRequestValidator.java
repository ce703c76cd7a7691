package dev.millrace.scriptedmodel;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The rules by which the real service answers 400, as far as they concern a conversation: roles, content parts, calls
 * without an output, outputs without a call, and reasoning without a following item.
 */
final class ResponsesRequestValidator {
    private static final Set<String> ROLES = Set.of("user", "system", "developer", "assistant");
    private static final Set<String> INPUT_PARTS = Set.of("input_text", "input_image", "input_file");
    private static final Set<String> OUTPUT_PARTS = Set.of("output_text", "refusal");

    private ResponsesRequestValidator() {}

    static Optional<String> problem(JsonNode body) {
        JsonNode input = body.path("input");
        if (!body.path("model").isTextual() || body.path("model").textValue().isBlank()) {
            return Optional.of("Missing required parameter: 'model'.");
        }
        if (!input.isTextual() && !input.isArray()) {
            return Optional.of("Missing required parameter: 'input'.");
        }
        return input.isArray() ? itemsProblem(input) : Optional.empty();
    }

    private static Optional<String> itemsProblem(JsonNode input) {
        Set<String> openCalls = new HashSet<>();
        Set<String> calls = new HashSet<>();
        for (int i = 0; i < input.size(); i++) {
            JsonNode item = input.get(i);
            String at = "'input[" + i + "]'";
            String callId = item.path("call_id").asText();
            switch (item.path("type").asText("message")) {
                case "message" -> {
                    Optional<String> problem = messageProblem(item, at);
                    if (problem.isPresent()) {
                        return problem;
                    }
                }
                case "function_call", "custom_tool_call" -> {
                    if (callId.isEmpty() || !item.path("name").isTextual()) {
                        return Optional.of("Missing required parameter: call_id or name of " + at + ".");
                    }
                    calls.add(callId);
                    openCalls.add(callId);
                }
                case "function_call_output", "custom_tool_call_output" -> {
                    if (!calls.contains(callId)) {
                        return Optional.of("No tool call found for function call output with call_id " + callId + ".");
                    }
                    openCalls.remove(callId);
                }
                case "reasoning" -> {
                    if (!hasFollowingItem(input, i)) {
                        return Optional.of("Item '" + item.path("id").asText()
                                + "' of type 'reasoning' was provided without its required following item.");
                    }
                    if (!item.path("encrypted_content").isTextual()) {
                        return Optional.of("Item with id '" + item.path("id").asText() + "' not found. Items are not"
                                + " persisted when `store` is set to false.");
                    }
                }
                default -> {
                    // Other types are allowed: the client may send back all that the server has sent.
                }
            }
        }
        return openCalls.stream().sorted().findFirst().map(id -> "No tool output found for function call " + id + ".");
    }

    private static boolean hasFollowingItem(JsonNode input, int index) {
        JsonNode next = input.path(index + 1);
        String type = next.path("type").asText("message");
        boolean fromModel =
                !type.equals("message") || next.path("role").asText().equals("assistant");
        return !next.isMissingNode() && fromModel && !type.endsWith("_output");
    }

    private static Optional<String> messageProblem(JsonNode item, String at) {
        String role = item.path("role").asText();
        if (!ROLES.contains(role)) {
            return Optional.of("Invalid value: '" + role + "' as the role of " + at + ".");
        }
        JsonNode content = item.path("content");
        if (content.isTextual()) {
            return Optional.empty();
        }
        if (!content.isArray()) {
            return Optional.of("Missing required parameter: the content of " + at + ".");
        }
        Set<String> allowed = role.equals("assistant") ? OUTPUT_PARTS : INPUT_PARTS;
        for (JsonNode part : content) {
            String type = part.path("type").asText();
            if (!allowed.contains(type)) {
                return Optional.of("Invalid value: '" + type + "' as a content part of " + at + ".");
            }
        }
        return Optional.empty();
    }
}
