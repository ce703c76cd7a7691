package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.processors.agent.model.Model;
import dev.millrace.processors.agent.model.ModelItem.Message;
import dev.millrace.processors.agent.model.ModelItem.Reasoning;
import dev.millrace.processors.agent.model.ModelItem.Refusal;
import dev.millrace.processors.agent.model.ModelItem.ToolCall;
import dev.millrace.processors.agent.model.OutputItem;
import dev.millrace.processors.agent.model.Prompt;
import dev.millrace.processors.agent.model.PromptPart;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Converts a conversation to chat messages. One output is one message of the assistant: its texts, and its calls
 * together; the results of the calls follow, each as a message of the role {@code tool}.
 *
 * <p>Reasoning goes back only with calls, only to the model that thought it, and in the field in which it came: some
 * services require it while tools run, and others refuse it.
 */
final class ChatMessages {
    /** Longer ids of calls are refused; a provider of another wire can have made one. */
    private static final int LONGEST_ID = 40;

    private final Prompt prompt;
    private final Model model;
    private final ArrayNode messages = JsonNodeFactory.instance.arrayNode();
    private final Map<String, String> shortIds = new HashMap<>();

    private ChatMessages(Prompt prompt, Model model) {
        this.prompt = prompt;
        this.model = model;
    }

    static ArrayNode of(Prompt prompt, Model model) {
        ChatMessages made = new ChatMessages(prompt, model);
        boolean hasSystem = !prompt.unsupported().contains(OptionalParameters.SYSTEM_MESSAGES);
        prompt.instructions()
                .ifPresent(text -> made.add(hasSystem ? "system" : "user").put("content", text));
        prompt.parts().forEach(made::add);
        return prompt.unsupported().contains(OptionalParameters.CONSECUTIVE_MESSAGES)
                ? merged(made.messages)
                : made.messages;
    }

    /** The messages with one in place of several of the same role in a row. */
    private static ArrayNode merged(ArrayNode messages) {
        ArrayNode merged = JsonNodeFactory.instance.arrayNode();
        for (JsonNode message : messages) {
            boolean isMore = merged.path(merged.size() - 1) instanceof ObjectNode last
                    && last.path("role").equals(message.path("role"))
                    && !message.path("role").asText().equals("tool")
                    && !last.has("tool_calls");
            if (isMore && merged.get(merged.size() - 1) instanceof ObjectNode last) {
                JsonNode content = joined(last.path("content"), message.path("content"));
                last.setAll((ObjectNode) message);
                last.set("content", content);
            } else {
                merged.add(message);
            }
        }
        return merged;
    }

    private static JsonNode joined(JsonNode first, JsonNode second) {
        if (first.isArray() || second.isArray()) {
            return JsonNodeFactory.instance.arrayNode().addAll(parts(first)).addAll(parts(second));
        }
        String end = second.asText("");
        return TextNode.valueOf(first.asText("") + (end.isEmpty() ? "" : "\n\n" + end));
    }

    private static ArrayNode parts(JsonNode content) {
        if (content instanceof ArrayNode parts) {
            return parts;
        }
        ArrayNode parts = JsonNodeFactory.instance.arrayNode();
        parts.addObject().put("type", "text").put("text", content.asText(""));
        return parts;
    }

    private ObjectNode add(String role) {
        return messages.addObject().put("role", role);
    }

    private void add(PromptPart part) {
        if (part instanceof PromptPart.Input input) {
            ChatInput.of(input, prompt.unsupported()).ifPresent(messages::add);
        } else if (part instanceof PromptPart.Output output) {
            output(output);
        } else if (part instanceof PromptPart.ToolResult result) {
            add("tool").put("tool_call_id", id(result.callId())).put("content", result.text());
        }
    }

    private void output(PromptPart.Output output) {
        boolean same = output.origin().is(model, prompt);
        StringBuilder text = new StringBuilder();
        ArrayNode calls = JsonNodeFactory.instance.arrayNode();
        for (OutputItem item : output.items()) {
            if (item.item() instanceof Message message) {
                text.append(text.isEmpty() ? "" : "\n\n").append(message.text());
            } else if (item.item() instanceof Refusal refusal) {
                text.append(text.isEmpty() ? "" : "\n\n").append(refusal.text());
            } else if (item.item() instanceof ToolCall call) {
                calls.add(call(call, same ? item.opaque() : Optional.empty()));
            }
        }
        if (text.isEmpty() && calls.isEmpty()) {
            return;
        }
        ObjectNode message = add("assistant");
        if (!text.isEmpty()) {
            message.put("content", text.toString());
        } else {
            message.putNull("content");
        }
        if (!calls.isEmpty()) {
            if (same && !prompt.unsupported().contains(OptionalParameters.REASONING_CONTENT)) {
                output.items().forEach(item -> thoughts(message, item));
            }
            message.set("tool_calls", calls);
        }
    }

    private ObjectNode call(ToolCall call, Optional<JsonNode> opaque) {
        ObjectNode sent = JsonNodeFactory.instance.objectNode();
        sent.put("id", id(call.callId())).put("type", "function");
        sent.putObject("function").put("name", call.name()).put("arguments", call.arguments());
        opaque.ifPresent(fields -> fields.properties().forEach(field -> {
            if (!sent.has(field.getKey())) {
                sent.set(field.getKey(), field.getValue());
            }
        }));
        return sent;
    }

    private static void thoughts(ObjectNode message, OutputItem item) {
        if (item.item() instanceof Reasoning reasoning && item.opaque().isPresent()) {
            JsonNode opaque = item.opaque().get();
            String field = opaque.path(ChatAnswer.FIELD).asText("");
            if (!field.isEmpty() && !message.has(field) && !reasoning.text().isEmpty()) {
                message.put(field, reasoning.text());
            }
            if (opaque.path(ChatAnswer.DETAILS).isArray()) {
                message.set(ChatAnswer.DETAILS, opaque.path(ChatAnswer.DETAILS));
            }
        }
    }

    private String id(String callId) {
        if (callId.length() <= LONGEST_ID) {
            return callId;
        }
        return shortIds.computeIfAbsent(callId, id -> {
            String end = "_" + shortIds.size();
            return id.substring(0, LONGEST_ID - end.length()) + end;
        });
    }
}
