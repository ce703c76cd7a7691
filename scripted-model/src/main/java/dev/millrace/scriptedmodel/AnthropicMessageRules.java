package dev.millrace.scriptedmodel;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The rules of Anthropic for the messages of {@code POST /v1/messages}, in its words.
 *
 * <p>Adjacent messages of one role are allowed, because the API combines them to one turn ("Consecutive user or
 * assistant turns in your request will be combined into a single turn"). The rules about tool results hold for the
 * combined turn.
 */
final class AnthropicMessageRules {
    private static final Pattern ID = Pattern.compile("[a-zA-Z0-9_-]+");
    private static final Set<String> THINKING = Set.of("thinking", "redacted_thinking");

    /** A content block, with its path for messages. */
    private record Block(JsonNode json, String path) {
        String type() {
            return json.path("type").asText("");
        }
    }

    /** Adjacent messages of one role. */
    private record Turn(String role, int index, List<Block> blocks) {}

    private AnthropicMessageRules() {}

    static void check(JsonNode body) {
        JsonNode messages = body.path("messages");
        if (!messages.isArray()) {
            throw RequestRefusal.of("messages: Input should be a valid list");
        }
        if (messages.isEmpty()) {
            throw RequestRefusal.of("messages: at least one message is required");
        }
        roles(messages);
        List<Turn> turns = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            JsonNode message = messages.get(i);
            boolean prefill =
                    i == messages.size() - 1 && message.path("role").asText().equals("assistant");
            content(message, i, prefill);
            add(turns, message, i);
        }
        Set<String> used = new HashSet<>();
        for (int i = 0; i < turns.size(); i++) {
            Turn turn = turns.get(i);
            turn.blocks().forEach(block -> block(block, turn.role()));
            ids(turn, used);
            toolResults(turn, i == 0 ? List.of() : toolUses(turns.get(i - 1)));
            toolResultsAfter(turn, i + 1 < turns.size() ? turns.get(i + 1).blocks() : List.of());
        }
        prefill(messages.get(messages.size() - 1));
        if (body.path("thinking").path("type").asText().equals("enabled")) {
            startsWithThinking(turns);
        }
    }

    private static void roles(JsonNode messages) {
        for (int i = 0; i < messages.size(); i++) {
            AnthropicRequestValidator.required(messages.get(i), "role", "messages." + i + ".role");
            String role = messages.get(i).path("role").asText();
            if (role.equals("system")) {
                throw RequestRefusal.of("messages: Unexpected role \"system\". The Messages API accepts a top-level"
                        + " `system` parameter, not \"system\" as an input message role.");
            }
            if (!role.equals("user") && !role.equals("assistant")) {
                throw RequestRefusal.of("messages." + i + ".role: Input should be 'user' or 'assistant'");
            }
        }
        if (!messages.path(0).path("role").asText().equals("user")) {
            throw RequestRefusal.of("messages: first message must use the \"user\" role");
        }
    }

    private static void content(JsonNode message, int index, boolean prefill) {
        JsonNode content = message.path("content");
        AnthropicRequestValidator.required(message, "content", "messages." + index + ".content");
        if (!content.isTextual() && !content.isArray()) {
            throw RequestRefusal.of("messages." + index + ".content: Input should be a valid list");
        }
        boolean empty = content.isTextual() ? content.textValue().isEmpty() : content.isEmpty();
        if (empty && !prefill) {
            throw RequestRefusal.of("messages." + index
                    + ": all messages must have non-empty content except for the optional final assistant message");
        }
        if (content.isTextual() && !empty && content.textValue().isBlank()) {
            throw RequestRefusal.of("messages: text content blocks must contain non-whitespace text");
        }
        String last = content.isEmpty()
                ? ""
                : content.get(content.size() - 1).path("type").asText();
        if (THINKING.contains(last)) {
            throw RequestRefusal.of(
                    "messages." + index + ": The final block in an assistant message cannot be `" + last + "`.");
        }
    }

    private static void add(List<Turn> turns, JsonNode message, int index) {
        String role = message.path("role").asText();
        if (turns.isEmpty() || !turns.get(turns.size() - 1).role().equals(role)) {
            turns.add(new Turn(role, index, new ArrayList<>()));
        }
        boolean other = false;
        for (int i = 0; i < message.path("content").size(); i++) {
            Block block = new Block(message.path("content").get(i), "messages." + index + ".content." + i);
            if (THINKING.contains(block.type()) && other) {
                throw RequestRefusal.of(
                        block.path() + ".type: `thinking` blocks must come first in an assistant message");
            }
            other |= !THINKING.contains(block.type());
            turns.get(turns.size() - 1).blocks().add(block);
        }
    }

    private static void block(Block block, String role) {
        JsonNode json = block.json();
        AnthropicRequestValidator.required(json, "type", block.path() + ".type");
        boolean assistant = role.equals("assistant");
        switch (block.type()) {
            case "text" -> text(block);
            case "tool_use" -> {
                String path = block.path() + ".tool_use";
                only(assistant, block, "assistant");
                id(json, "id", path);
                AnthropicRequestValidator.required(json, "name", path + ".name");
                AnthropicRequestValidator.toolName(json.path("name"), path + ".name");
                AnthropicRequestValidator.required(json, "input", path + ".input");
                if (!json.path("input").isObject()) {
                    throw RequestRefusal.of(path + ".input: Input should be a valid dictionary");
                }
            }
            case "tool_result" -> {
                only(!assistant, block, "user");
                id(json, "tool_use_id", block.path() + ".tool_result");
                for (JsonNode part : json.path("content")) {
                    if (part.path("type").asText().equals("text")) {
                        text(new Block(part, block.path() + ".tool_result.content"));
                    }
                }
            }
            case "thinking" -> {
                only(assistant, block, "assistant");
                AnthropicRequestValidator.required(json, "signature", block.path() + ".thinking.signature");
                AnthropicRequestValidator.required(json, "thinking", block.path() + ".thinking.thinking");
                if (json.path("signature").asText().isEmpty()) {
                    throw RequestRefusal.of(block.path() + ": Invalid `signature` in `thinking` block");
                }
            }
            case "redacted_thinking" -> {
                only(assistant, block, "assistant");
                AnthropicRequestValidator.required(json, "data", block.path() + ".redacted_thinking.data");
            }
            default -> {
                // Images, documents and the blocks of Anthropic's own tools.
            }
        }
    }

    private static void text(Block block) {
        AnthropicRequestValidator.required(block.json(), "text", block.path() + ".text.text");
        String text = block.json().path("text").asText();
        if (text.isEmpty()) {
            throw RequestRefusal.of("messages: text content blocks must be non-empty");
        }
        if (text.isBlank()) {
            throw RequestRefusal.of("messages: text content blocks must contain non-whitespace text");
        }
    }

    private static void only(boolean allowed, Block block, String role) {
        if (!allowed) {
            throw RequestRefusal.of(
                    block.path() + ": `" + block.type() + "` blocks can only be in `" + role + "` messages");
        }
    }

    private static void id(JsonNode json, String field, String path) {
        AnthropicRequestValidator.required(json, field, path + "." + field);
        if (!ID.matcher(json.path(field).asText()).matches()) {
            throw RequestRefusal.of(path + "." + field + ": String should match pattern '^[a-zA-Z0-9_-]+$'");
        }
    }

    private static void ids(Turn turn, Set<String> used) {
        for (String id : toolUses(turn)) {
            if (!used.add(id)) {
                throw RequestRefusal.of("messages: `tool_use` ids must be unique");
            }
        }
    }

    private static List<String> toolUses(Turn turn) {
        return turn.blocks().stream()
                .filter(block -> block.type().equals("tool_use"))
                .map(block -> block.json().path("id").asText())
                .toList();
    }

    /** Each result answers a call of the turn before, once. */
    private static void toolResults(Turn turn, List<String> calls) {
        Set<String> answered = new HashSet<>();
        for (Block block : turn.blocks()) {
            if (!block.type().equals("tool_result")) {
                continue;
            }
            String id = block.json().path("tool_use_id").asText();
            if (!calls.contains(id)) {
                throw RequestRefusal.of(block.path() + ": unexpected `tool_use_id` found in `tool_result` blocks: " + id
                        + ". Each `tool_result` block must have a corresponding `tool_use` block in the previous"
                        + " message.");
            }
            if (!answered.add(id)) {
                throw RequestRefusal.of(block.path() + ": each tool_use must have a single result. Found multiple"
                        + " `tool_result` blocks with id: " + id);
            }
        }
    }

    /** The next turn starts with the results of all calls; a result after another block does not count. */
    private static void toolResultsAfter(Turn turn, List<Block> next) {
        Set<String> open = new LinkedHashSet<>(toolUses(turn));
        for (Block block : next) {
            if (!block.type().equals("tool_result")) {
                break;
            }
            open.remove(block.json().path("tool_use_id").asText());
        }
        if (!open.isEmpty()) {
            throw RequestRefusal.of(
                    "messages." + turn.index() + ": `tool_use` ids were found without `tool_result` blocks"
                            + " immediately after: " + String.join(", ", open)
                            + ". Each `tool_use` block must have a corresponding `tool_result` block in the next message.");
        }
    }

    private static void prefill(JsonNode message) {
        JsonNode content = message.path("content");
        String text = content.isTextual()
                ? content.textValue()
                : content.path(content.size() - 1).path("text").asText("");
        if (message.path("role").asText().equals("assistant") && !text.equals(text.stripTrailing())) {
            throw RequestRefusal.of("messages: final assistant content cannot end with trailing whitespace");
        }
    }

    /** With thinking: the last assistant turn, if the model continues it or its tool results follow. */
    private static void startsWithThinking(List<Turn> turns) {
        int last = turns.size() - 1;
        boolean results =
                turns.get(last).blocks().stream().anyMatch(block -> block.type().equals("tool_result"));
        if (results) {
            last--;
        }
        if (last < 0 || !turns.get(last).role().equals("assistant")) {
            return;
        }
        Turn turn = turns.get(last);
        String first = turn.blocks().isEmpty() ? "text" : turn.blocks().get(0).type();
        if (!THINKING.contains(first)) {
            throw RequestRefusal.of("messages." + turn.index() + ".content.0.type: Expected `thinking` or"
                    + " `redacted_thinking`, but found `" + first + "`. When `thinking` is enabled, a final `assistant`"
                    + " message must start with a thinking block (preceeding the lastmost set of `tool_use` and"
                    + " `tool_result` blocks).");
        }
    }
}
