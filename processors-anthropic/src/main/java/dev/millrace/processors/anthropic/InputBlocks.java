package dev.millrace.processors.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.processors.agent.model.PromptPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Converts an input to content blocks. The service refuses blank texts, so they are left out, and an input of which
 * nothing is left becomes a note. Attachments that the service cannot read become a note too.
 */
final class InputBlocks {
    private static final String LEFT_OUT = "[an attachment was left out, because this model cannot read it]";
    private static final String EMPTY = "[empty message]";

    private InputBlocks() {}

    /** The blocks of a message; empty only for a blank message of the assistant. */
    static List<ObjectNode> of(PromptPart.Input input, Set<String> unsupported) {
        if (input.role().equals("assistant")) {
            return texts(input.content());
        }
        List<ObjectNode> blocks = new ArrayList<>();
        if (input.content().isTextual()) {
            blocks.addAll(texts(input.content()));
        }
        for (JsonNode part : input.content()) {
            if (part.path("text").isTextual()) {
                addText(blocks, part.path("text").textValue());
            } else if (Attachments.isAttachment(part)) {
                blocks.add(Attachments.block(part, unsupported).orElseGet(() -> text(LEFT_OUT)));
            }
        }
        if (blocks.isEmpty()) {
            blocks.add(text(EMPTY));
        }
        return blocks;
    }

    /** The texts of a content that are not blank. */
    static List<ObjectNode> texts(JsonNode content) {
        List<ObjectNode> blocks = new ArrayList<>();
        addText(blocks, content.asText(""));
        for (JsonNode part : content) {
            addText(blocks, part.path("text").asText(""));
        }
        return blocks;
    }

    static ObjectNode text(String text) {
        return JsonNodeFactory.instance.objectNode().put("type", "text").put("text", text);
    }

    private static void addText(List<ObjectNode> blocks, String text) {
        if (!text.isBlank()) {
            blocks.add(text(text));
        }
    }
}
