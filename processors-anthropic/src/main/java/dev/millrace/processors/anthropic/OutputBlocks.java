package dev.millrace.processors.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.ModelItem.Message;
import dev.millrace.processors.agent.model.ModelItem.Other;
import dev.millrace.processors.agent.model.ModelItem.Reasoning;
import dev.millrace.processors.agent.model.ModelItem.Refusal;
import dev.millrace.processors.agent.model.ModelItem.ToolCall;
import dev.millrace.processors.agent.model.OutputItem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Converts items between the agent's form and content blocks.
 *
 * <p>Thinking goes back unchanged, with its signature, and only to the model that produced it. The service refuses a
 * message that ends with thinking, so thinking that led to nothing is left out. Blocks of the service's own tools are
 * left out too; no request asks for these tools.
 */
final class OutputBlocks {
    private static final String TYPE = "type";
    private static final String THINKING = "thinking";
    private static final String REDACTED = "redacted_thinking";
    private static final String SIGNATURE = "signature";

    private OutputBlocks() {}

    static boolean isThinking(JsonNode block) {
        String type = block.path(TYPE).asText();
        return type.equals(THINKING) || type.equals(REDACTED);
    }

    /** A complete block that the service sent; its opaque data is all that the agent's form does not have. */
    static OutputItem received(ObjectNode block) {
        ObjectNode opaque = block.deepCopy();
        ModelItem item = switch (block.path(TYPE).asText()) {
            case "text" -> {
                // Citations are about attachments, which another request may not have.
                opaque.removeAll();
                yield new Message(block.path("text").asText(""));
            }
            case THINKING -> {
                opaque.remove(THINKING);
                yield new Reasoning(block.path(THINKING).asText(""));
            }
            case REDACTED -> new Reasoning("");
            case "tool_use" -> {
                opaque.remove(List.of(TYPE, "id", "name", "input"));
                JsonNode input = block.path("input");
                yield new ToolCall(
                        block.path("id").asText(""),
                        block.path("name").asText(""),
                        input.isContainerNode() ? JsonCodec.writeText(input) : input.asText(""));
            }
            default -> new Other(block.path(TYPE).asText("unknown"));
        };
        return new OutputItem(item, opaque.isEmpty() ? Optional.empty() : Optional.of(opaque));
    }

    /** The items of one response as history. */
    static List<ObjectNode> replay(List<OutputItem> output, boolean withThinking) {
        List<ObjectNode> sent = new ArrayList<>();
        List<ObjectNode> thoughts = new ArrayList<>();
        for (OutputItem item : output) {
            if (item.item() instanceof Reasoning reasoning) {
                thinking(reasoning, item.opaque()).filter(block -> withThinking).ifPresent(thoughts::add);
            } else {
                wire(item.item()).ifPresent(block -> {
                    sent.addAll(thoughts);
                    thoughts.clear();
                    sent.add(block);
                });
            }
        }
        return sent;
    }

    private static Optional<ObjectNode> thinking(Reasoning item, Optional<JsonNode> opaque) {
        JsonNode kept = opaque.orElseGet(JsonNodeFactory.instance::objectNode);
        ObjectNode block = JsonNodeFactory.instance.objectNode();
        if (kept.path(TYPE).asText().equals(REDACTED) && isText(kept.path("data"))) {
            return Optional.of(
                    block.put(TYPE, REDACTED).put("data", kept.path("data").textValue()));
        }
        return kept.path(TYPE).asText().equals(THINKING) && isText(kept.path(SIGNATURE))
                ? Optional.of(block.put(TYPE, THINKING)
                        .put(THINKING, item.text())
                        .put(SIGNATURE, kept.path(SIGNATURE).textValue()))
                : Optional.empty();
    }

    private static boolean isText(JsonNode json) {
        return json.isTextual() && !json.textValue().isEmpty();
    }

    private static Optional<ObjectNode> wire(ModelItem item) {
        if (item instanceof ToolCall call) {
            ObjectNode block = JsonNodeFactory.instance.objectNode();
            block.put(TYPE, "tool_use").put("id", call.callId()).put("name", call.name());
            block.set("input", JsonCodec.parse(call.arguments()));
            return Optional.of(block);
        }
        String text = item instanceof Message message ? message.text() : item instanceof Refusal no ? no.text() : "";
        return text.isBlank() ? Optional.empty() : Optional.of(InputBlocks.text(text));
    }
}
