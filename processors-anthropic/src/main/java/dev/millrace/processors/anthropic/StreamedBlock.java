package dev.millrace.processors.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** A content block that arrives in pieces. Not thread-safe. */
final class StreamedBlock {
    private final ObjectNode begin;
    private final StringBuilder text = new StringBuilder();
    private final StringBuilder thinking = new StringBuilder();
    private final StringBuilder arguments = new StringBuilder();

    /** A piece of an item, in the words of the agent; the text can be empty. */
    record Piece(String kind, String text) {
        static final Piece NONE = new Piece("text", "");
    }

    /** A block as {@code content_block_start} shows it; some servers put the whole content there. */
    StreamedBlock(JsonNode begin) {
        this.begin = begin instanceof ObjectNode object ? object.deepCopy() : JsonNodeFactory.instance.objectNode();
        text.append(begin.path("text").asText(""));
        thinking.append(begin.path("thinking").asText(""));
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
        return thinking.isEmpty() ? new Piece("text", text.toString()) : new Piece("reasoning", thinking.toString());
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
            case "text" -> whole.put("text", text.toString());
            case "thinking" -> whole.put("thinking", thinking.toString());
            default -> {
                if (!arguments.isEmpty()) {
                    whole.put("input", arguments.toString());
                }
            }
        }
        return whole;
    }
}
