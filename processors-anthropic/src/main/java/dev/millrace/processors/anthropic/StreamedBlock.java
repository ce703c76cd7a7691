package dev.millrace.processors.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;

/**
 * A content block that arrives in pieces. The service begins a block empty; other servers begin it with its first piece,
 * or with the whole content, which the pieces can then repeat. Not thread-safe.
 */
final class StreamedBlock {
    private static final String TEXT = "text";
    private static final String THINKING = "thinking";

    private final ObjectNode begin;
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder thinking = new StringBuilder();
    private final StringBuilder arguments = new StringBuilder();

    /** A piece of an item, in the words of the agent; the text can be empty. */
    record Piece(String kind, String text) {
        static final Piece NONE = new Piece("text", "");
    }

    /** A block as {@code content_block_start} shows it. */
    StreamedBlock(JsonNode begin) {
        this.begin = begin instanceof ObjectNode object ? object.deepCopy() : JsonNodeFactory.instance.objectNode();
    }

    /** A block whose start was not sent: its type follows from the first piece. */
    static StreamedBlock startingWith(JsonNode delta) {
        String type = switch (delta.path("type").asText()) {
            case "thinking_delta", "signature_delta" -> "thinking";
            case "input_json_delta" -> "tool_use";
            default -> "text";
        };
        return new StreamedBlock(JsonNodeFactory.instance.objectNode().put("type", type));
    }

    /** What the start of the block already has. */
    Piece first() {
        String thoughts = begin.path(THINKING).asText("");
        return thoughts.isEmpty() ? new Piece(TEXT, begin.path(TEXT).asText("")) : new Piece("reasoning", thoughts);
    }

    /** Adds a piece. Citations and unknown pieces are ignored. */
    Piece add(JsonNode delta) {
        return switch (delta.path("type").asText()) {
            case "text_delta" -> append(text, "text", delta.path("text").asText(""));
            case "thinking_delta" ->
                append(thinking, "reasoning", delta.path("thinking").asText(""));
            case "input_json_delta" ->
                append(arguments, "arguments", delta.path("partial_json").asText(""));
            case "signature_delta" -> {
                begin.put("signature", delta.path("signature").asText(""));
                yield Piece.NONE;
            }
            default -> Piece.NONE;
        };
    }

    private static Piece append(StringBuilder all, String kind, String piece) {
        all.append(piece);
        return new Piece(kind, piece);
    }

    /** The block with all pieces; the arguments of a call are the text that the model wrote. */
    ObjectNode whole() {
        ObjectNode whole = begin.deepCopy();
        switch (begin.path("type").asText()) {
            case TEXT -> whole.put(TEXT, joined(TEXT, text.toString()));
            case THINKING -> whole.put(THINKING, joined(THINKING, thinking.toString()));
            default -> {
                if (arePiecesTheInput()) {
                    whole.put("input", arguments.toString());
                }
            }
        }
        return whole;
    }

    /** The beginning and the pieces, or only the pieces if they repeat the beginning. */
    private String joined(String field, String pieces) {
        String first = begin.path(field).asText("");
        return pieces.startsWith(first) ? pieces : first + pieces;
    }

    /** Not if the block began with arguments, and the pieces are fewer, or no JSON. */
    private boolean arePiecesTheInput() {
        JsonNode first = begin.path("input");
        if (arguments.isEmpty() || !first.isObject() || first.isEmpty()) {
            return !arguments.isEmpty();
        }
        try {
            JsonNode said = JsonCodec.parse(arguments.toString());
            return said.isObject() && said.size() >= first.size();
        } catch (IllegalArgumentException notJson) {
            return false;
        }
    }
}
