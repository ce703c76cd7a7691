package dev.millrace.scriptedmodel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The rules of the server of llama.cpp, in its words. It turns the items of {@code POST /v1/responses} into chat
 * messages and gives these to the chat template of the model; a failing template is a 500.
 */
final class LlamaCppRules {
    private static final Set<String> INPUT_ROLES = Set.of("user", "system", "developer");

    /** A chat message as the template sees it. */
    private record Turn(String role, boolean calls) {}

    private LlamaCppRules() {}

    /** The parameters of {@code POST /v1/responses}. Unknown ones are ignored. */
    static void checkResponse(JsonNode body) {
        JsonNode input = body.path("input");
        if (input.isMissingNode()) {
            throw RequestRefusal.of("'input' is required");
        }
        if (!body.path("previous_response_id").asText("").isEmpty()) {
            throw RequestRefusal.of("llama.cpp does not support 'previous_response_id'.");
        }
        if (!input.isTextual() && !input.isArray()) {
            throw RequestRefusal.of("'input' must be a string or array of objects");
        }
        if (body.has("tools") && !body.path("tools").isArray()) {
            throw RequestRefusal.of("'tools' must be an array of objects");
        }
    }

    /**
     * One item of {@code POST /v1/responses}. The server recognizes it by its fields; it takes a user message without a
     * type, but this validator does not.
     */
    static void checkItem(JsonNode item) {
        String type = item.path("type").asText("");
        String role = item.path("role").asText("");
        JsonNode content = item.path("content");
        boolean known = switch (type) {
            case "message" ->
                role.equals("assistant") || (INPUT_ROLES.contains(role) && (content.isArray() || content.isTextual()));
            case "function_call" ->
                item.path("arguments").isTextual()
                        && item.path("call_id").isTextual()
                        && item.path("name").isTextual();
            case "function_call_output" ->
                item.path("call_id").isTextual()
                        && (item.path("output").isTextual()
                                || item.path("output").isArray());
            case "reasoning" -> item.path("summary").isArray();
            default -> false;
        };
        if (!known) {
            throw RequestRefusal.of("Cannot determine type of 'item'");
        }
        switch (type) {
            case "message" -> content.forEach(part -> checkPart(part, role));
            case "function_call" -> checkArguments(item.path("arguments"));
            case "function_call_output" -> checkOutput(item.path("output"));
            default -> checkReasoning(content);
        }
    }

    private static void checkPart(JsonNode part, String role) {
        String type = part.path("type").asText("");
        if (role.equals("assistant")) {
            if (!type.equals("output_text") && !type.equals("refusal")) {
                throw RequestRefusal.of("'type' must be one of 'output_text' or 'refusal'");
            }
            if (type.equals("output_text") && !part.path("text").isTextual()) {
                throw RequestRefusal.of("'Output text' requires 'text'");
            }
            if (type.equals("refusal") && !part.path("refusal").isTextual()) {
                throw RequestRefusal.of("'Refusal' requires 'refusal'");
            }
            return;
        }
        switch (type) {
            case "input_text" -> {
                if (!part.has("text")) {
                    throw RequestRefusal.of("'Input text' requires 'text'");
                }
            }
            case "input_image" -> {
                if (!part.has("image_url")) {
                    throw RequestRefusal.of("'image_url' is required");
                }
            }
            case "input_file" -> throw RequestRefusal.of("'input_file' is not supported by llamacpp at this moment");
            default -> throw RequestRefusal.of("'type' must be one of 'input_text', 'input_image', or 'input_file'");
        }
    }

    private static void checkOutput(JsonNode output) {
        for (JsonNode part : output) {
            if (!part.path("type").asText().equals("input_text")) {
                throw RequestRefusal.of("Output of tool call should be 'Input text'");
            }
        }
    }

    /** The text of the reasoning goes to the template; the encrypted content is ignored. */
    private static void checkReasoning(JsonNode content) {
        if (!content.isArray()) {
            throw RequestRefusal.of("item['content'] is not an array");
        }
        if (content.isEmpty()) {
            throw RequestRefusal.of("item['content'] is empty");
        }
        if (!content.path(0).path("text").isTextual()) {
            throw RequestRefusal.of("item['content']['text'] is not a string");
        }
    }

    /** A template that wants objects gets the parsed arguments. */
    static void checkArguments(JsonNode arguments) {
        try {
            JsonCodec.parse(arguments.asText());
        } catch (IllegalArgumentException e) {
            throw failed("Failed to parse tool call arguments as JSON: " + e.getMessage());
        }
    }

    /** The order of the items of {@code POST /v1/responses}. */
    static void checkOrder(JsonNode body) {
        List<Turn> turns = new ArrayList<>();
        if (body.hasNonNull("instructions")) {
            turns.add(new Turn("system", false));
        }
        for (JsonNode item : body.path("input")) {
            switch (item.path("type").asText()) {
                case "message" -> addMerged(turns, item.path("role").asText(), false);
                case "function_call" -> addMerged(turns, "assistant", true);
                case "function_call_output" -> turns.add(new Turn("tool", false));
                default -> addMerged(turns, "assistant", false);
            }
        }
        checkOrder(turns, body);
    }

    /** The server joins adjacent items of the assistant to one message. */
    private static void addMerged(List<Turn> turns, String role, boolean calls) {
        int last = turns.size() - 1;
        if (role.equals("assistant") && last >= 0 && turns.get(last).role().equals("assistant")) {
            turns.set(last, new Turn(role, calls || turns.get(last).calls()));
        } else {
            turns.add(new Turn(role, calls));
        }
    }

    /** The order of the messages of {@code POST /v1/chat/completions}, which are not joined. */
    static void checkChatOrder(JsonNode body) {
        List<Turn> turns = new ArrayList<>();
        for (JsonNode message : body.path("messages")) {
            turns.add(new Turn(
                    message.path("role").asText(), !message.path("tool_calls").isEmpty()));
        }
        checkOrder(turns, body);
    }

    private static void checkOrder(List<Turn> turns, JsonNode body) {
        for (int i = 1; i < turns.size(); i++) {
            // The templates of Qwen 3.5 and 3.6.
            if (turns.get(i).role().equals("system") || turns.get(i).role().equals("developer")) {
                throw failed("System message must be at the beginning.");
            }
            // The templates of Mistral: the outputs directly follow their calls.
            if (turns.get(i - 1).calls() && !turns.get(i).role().equals("tool")) {
                throw failed("Not the same number of function calls and responses");
            }
        }
        if (turns.isEmpty() || !turns.get(turns.size() - 1).role().equals("assistant")) {
            return;
        }
        if (turns.size() > 1 && turns.get(turns.size() - 2).role().equals("assistant")) {
            throw RequestRefusal.of("Cannot have 2 or more assistant messages at the end of the list.");
        }
        if (turns.get(turns.size() - 1).calls()) {
            throw RequestRefusal.of("Cannot continue an assistant message that contains tool calls.");
        }
        if (body.at("/chat_template_kwargs/enable_thinking").asBoolean(true)) {
            throw RequestRefusal.of("Assistant response prefill is incompatible with enable_thinking.");
        }
    }

    private static RequestRefusal failed(String message) {
        return new RequestRefusal(500, "server_error", null, null, message);
    }
}
