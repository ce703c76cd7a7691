package dev.millrace.scriptedmodel;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * The rules by which servers refuse {@code POST /v1/responses}: those about the whole request, and those about the
 * order of its items. {@link ResponseItemRules} has the rules for one item.
 */
final class ResponsesRequestValidator {
    /** OpenAI: the parameters of the create request in its API description. */
    private static final Set<String> OPENAI_PARAMETERS = Set.of(
            ("background context_management conversation include input instructions max_output_tokens max_tool_calls"
                            + " metadata model moderation parallel_tool_calls previous_response_id prompt"
                            + " prompt_cache_key prompt_cache_options prompt_cache_retention reasoning"
                            + " safety_identifier service_tier store stream stream_options temperature text"
                            + " tool_choice tools top_logprobs top_p truncation user")
                    .split(" "));

    private ResponsesRequestValidator() {}

    static void check(JsonNode body, ProviderDialect dialect) {
        if (!body.isObject()) {
            throw RequestRefusal.type("body", "an object", body);
        }
        boolean llamaCpp = dialect == ProviderDialect.LLAMA_CPP;
        if (FieldRules.string(body.path("model"), "model").isBlank()) {
            throw RequestRefusal.missing("model");
        }
        if (llamaCpp) {
            LlamaCppRules.checkResponse(body);
        } else {
            FieldRules.onlyKnown(body, OPENAI_PARAMETERS, false);
        }
        JsonNode input = body.path("input");
        if (input.isMissingNode()) {
            throw RequestRefusal.missing("input");
        }
        if (!input.isTextual() && !input.isArray()) {
            throw RequestRefusal.type("input", "a string or an array of input items", input);
        }
        ToolRules.check(body.path("tools"), false, !llamaCpp);
        if (input.isTextual() ? input.textValue().isEmpty() : input.isEmpty()) {
            throw RequestRefusal.of(
                    "missing_required_parameter",
                    null,
                    "One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation' must be provided.");
        }
        for (int i = 0; i < input.size(); i++) {
            if (llamaCpp) {
                LlamaCppRules.checkItem(input.get(i));
            }
            ResponseItemRules.check(input.get(i), "input[" + i + "]", dialect);
        }
        uniqueIds(input);
        if (llamaCpp) {
            LlamaCppRules.checkOrder(body);
        }
        pairs(input);
        reasoning(input, dialect);
    }

    /** OpenAI: an id occurs once. */
    private static void uniqueIds(JsonNode input) {
        Set<String> ids = new HashSet<>();
        for (JsonNode item : input) {
            JsonNode id = item.path("id");
            if (id.isTextual() && !ids.add(id.textValue())) {
                throw RequestRefusal.of(
                        null,
                        "input",
                        "Duplicate item found with id " + id.textValue()
                                + ". Remove duplicate items from your input and try again.");
            }
        }
    }

    /** OpenAI: it reads the items in order and binds each output to one earlier call. */
    private static void pairs(JsonNode input) {
        Set<String> open = new LinkedHashSet<>();
        for (JsonNode item : input) {
            String type = item.path("type").asText();
            String callId = item.path("call_id").asText();
            switch (type) {
                case "function_call", "custom_tool_call" -> {
                    if (!open.add(type + " " + callId)) {
                        throw unanswered(callId);
                    }
                }
                case "function_call_output", "custom_tool_call_output" -> {
                    if (!open.remove(type.replace("_output", "") + " " + callId)) {
                        throw RequestRefusal.of(
                                null,
                                "input",
                                "No tool call found for function call output with call_id " + callId + ".");
                    }
                }
                default -> {
                    // Other items may come between a call and its output.
                }
            }
        }
        open.stream().findFirst().ifPresent(key -> {
            throw unanswered(key.substring(key.indexOf(' ') + 1));
        });
    }

    private static RequestRefusal unanswered(String callId) {
        return RequestRefusal.of(null, "input", "No tool output found for function call " + callId + ".");
    }

    /** OpenAI: an item of the model follows a reasoning item; what is not stored must be in the request. */
    private static void reasoning(JsonNode input, ProviderDialect dialect) {
        for (int i = 0; i < input.size(); i++) {
            JsonNode item = input.get(i);
            if (!item.path("type").asText().equals("reasoning")) {
                continue;
            }
            if (!isOfModel(input.path(i + 1))) {
                throw RequestRefusal.of(
                        null,
                        "input",
                        "Item '" + item.path("id").asText()
                                + "' of type 'reasoning' was provided without its required following item.");
            }
            if (dialect == ProviderDialect.OPENAI
                    && item.path("encrypted_content").asText("").isEmpty()) {
                throw RequestRefusal.of(
                        null,
                        "input",
                        "Item with id '" + item.path("id").asText()
                                + "' not found. Items are not persisted when `store`"
                                + " is set to false. Try again with `store` set to true, or remove this item from your"
                                + " input.");
            }
        }
    }

    private static boolean isOfModel(JsonNode item) {
        String type = item.path("type").asText();
        return type.equals("message")
                ? item.path("role").asText().equals("assistant")
                : !type.isEmpty() && !type.endsWith("_output");
    }
}
