package dev.millrace.scriptedmodel;

import static dev.millrace.scriptedmodel.FieldRules.absent;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The rules by which servers refuse {@code POST /v1/chat/completions}; where nothing else is said, those of OpenAI. */
final class ChatRequestValidator {
    private static final Set<String> PARAMETERS = Set.of(
            ("audio frequency_penalty function_call functions logit_bias logprobs max_completion_tokens max_tokens"
                            + " messages metadata modalities model moderation n parallel_tool_calls prediction"
                            + " presence_penalty prompt_cache_key prompt_cache_options prompt_cache_retention"
                            + " reasoning_effort response_format safety_identifier seed service_tier stop store stream"
                            + " stream_options temperature tool_choice tools top_logprobs top_p user verbosity"
                            + " web_search_options")
                    .split(" "));

    private static final List<String> ROLES = List.of("system", "assistant", "user", "tool", "developer");
    private static final List<String> TEXT = List.of("text");
    private static final List<String> ASSISTANT_PARTS = List.of("text", "refusal");
    private static final List<String> USER_PARTS = List.of("text", "image_url", "input_audio", "file");

    /** OpenAI: shorter than in {@code POST /v1/responses}. */
    private static final int LONGEST_CALL_ID = 40;

    private ChatRequestValidator() {}

    static void check(JsonNode body, ProviderDialect dialect) {
        if (!body.isObject()) {
            throw RequestRefusal.type("body", "an object", body);
        }
        if (FieldRules.string(body.path("model"), "model").isBlank()) {
            throw RequestRefusal.missing("model");
        }
        boolean llamaCpp = dialect == ProviderDialect.LLAMA_CPP;
        if (!llamaCpp) {
            FieldRules.onlyKnown(body, PARAMETERS, true);
        }
        JsonNode messages = body.path("messages");
        if (absent(messages)) {
            throw RequestRefusal.missing("messages");
        }
        if (!messages.isArray()) {
            throw RequestRefusal.type("messages", "an array of objects", messages);
        }
        if (messages.isEmpty()) {
            throw RequestRefusal.emptyArray("messages");
        }
        ToolRules.check(body.path("tools"), true, !llamaCpp);
        for (int i = 0; i < messages.size(); i++) {
            if (llamaCpp) {
                llamaCppContent(messages.get(i));
            }
            message(messages.get(i), "messages[" + i + "]", llamaCpp);
        }
        if (llamaCpp) {
            LlamaCppRules.checkChatOrder(body);
        }
        pairs(messages);
    }

    /** llama.cpp: which messages need content. */
    private static void llamaCppContent(JsonNode message) {
        if (!message.path("role").asText().equals("assistant")) {
            if (!message.has("content")) {
                throw RequestRefusal.of("All non-assistant messages must contain 'content'");
            }
        } else if (!message.has("content") && !message.has("tool_calls")) {
            throw RequestRefusal.of("Assistant message must contain either 'content' or 'tool_calls'!");
        }
    }

    private static void message(JsonNode message, String at, boolean llamaCpp) {
        if (!message.isObject()) {
            throw RequestRefusal.type(at, "an object", message);
        }
        String role = FieldRules.string(message.path("role"), at + ".role");
        if (!ROLES.contains(role)) {
            throw RequestRefusal.value(at + ".role", role, ROLES);
        }
        switch (role) {
            case "assistant" -> assistant(message, at, llamaCpp);
            case "user" -> content(message, at, USER_PARTS);
            case "tool" -> {
                FieldRules.bounded(message.path("tool_call_id"), at + ".tool_call_id", LONGEST_CALL_ID);
                content(message, at, TEXT);
            }
            default -> content(message, at, TEXT);
        }
        if (message.has("tool_calls") && !role.equals("assistant")) {
            throw RequestRefusal.unknown(at + ".tool_calls");
        }
    }

    private static void assistant(JsonNode message, String at, boolean llamaCpp) {
        JsonNode calls = message.path("tool_calls");
        if (calls.isArray() && calls.isEmpty()) {
            throw RequestRefusal.emptyArray(at + ".tool_calls");
        }
        FieldRules.array(calls, at + ".tool_calls");
        JsonNode content = message.path("content");
        if (!absent(content) || (absent(calls) && absent(message.path("refusal")))) {
            content(message, at, ASSISTANT_PARTS);
        }
        // Mistral and Ollama: an empty text is no content.
        if (content.asText("").isEmpty() && !content.isArray() && absent(calls) && absent(message.path("refusal"))) {
            throw RequestRefusal.of("Assistant message must have either content or tool_calls, but not none.");
        }
        for (int i = 0; i < calls.size(); i++) {
            call(calls.get(i), at + ".tool_calls[" + i + "]", llamaCpp);
        }
    }

    private static void call(JsonNode call, String at, boolean llamaCpp) {
        FieldRules.bounded(call.path("id"), at + ".id", LONGEST_CALL_ID);
        String type = FieldRules.string(call.path("type"), at + ".type");
        switch (type) {
            case "function" -> {
                JsonNode function = call.path("function");
                FieldRules.name(function.path("name"), at + ".function.name");
                FieldRules.string(function.path("arguments"), at + ".function.arguments");
                if (llamaCpp) {
                    LlamaCppRules.checkArguments(function.path("arguments"));
                }
            }
            case "custom" -> FieldRules.name(call.at("/custom/name"), at + ".custom.name");
            default -> throw RequestRefusal.value(at + ".type", type, List.of("function", "custom"));
        }
    }

    private static void content(JsonNode message, String at, List<String> types) {
        JsonNode content = message.path("content");
        if (absent(content)) {
            throw RequestRefusal.of(null, at + ".content", "Invalid value for 'content': expected a string, got null.");
        }
        if (content.isTextual()) {
            return;
        }
        if (!content.isArray()) {
            throw RequestRefusal.type(at + ".content", "one of a string or array of objects", content);
        }
        if (content.isEmpty()) {
            throw RequestRefusal.emptyArray(at + ".content");
        }
        for (int i = 0; i < content.size(); i++) {
            String part = at + ".content[" + i + "]";
            String type = FieldRules.string(content.get(i).path("type"), part + ".type");
            if (!types.contains(type)) {
                throw RequestRefusal.value(part + ".type", type, types);
            }
            if (type.equals("text")) {
                FieldRules.string(content.get(i).path("text"), part + ".text");
            }
        }
    }

    /** Each call has one output, in any order, before the next message of another role. */
    private static void pairs(JsonNode messages) {
        Set<String> open = new LinkedHashSet<>();
        for (int i = 0; i < messages.size(); i++) {
            JsonNode message = messages.get(i);
            if (message.path("role").asText().equals("tool")) {
                if (!open.remove(message.path("tool_call_id").asText())) {
                    // The spelling of "preceeding" is that of the server.
                    throw RequestRefusal.of(
                            null,
                            "messages[" + i + "].role",
                            "Invalid parameter: messages with role 'tool' must be a response to a preceeding message"
                                    + " with 'tool_calls'.");
                }
                continue;
            }
            answered(open);
            for (JsonNode call : message.path("tool_calls")) {
                String id = call.path("id").asText();
                if (!open.add(id)) {
                    answered(Set.of(id));
                }
            }
        }
        answered(open);
    }

    private static void answered(Set<String> open) {
        if (!open.isEmpty()) {
            throw RequestRefusal.of(
                    null,
                    "messages",
                    "An assistant message with 'tool_calls' must be followed by tool messages responding to each"
                            + " 'tool_call_id'. The following tool_call_ids did not have response messages: "
                            + String.join(", ", open));
        }
    }
}
