package dev.millrace.scriptedmodel;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Writes one message in the format of Anthropic: named events, blocks one after the other, cumulative usage. */
final class AnthropicStreamWriter implements ModelStream {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final int ARGUMENT_PIECE = 8;

    private final ModelRequest request;
    private final int number;
    private final List<String> events = new ArrayList<>();
    private int blocks;
    private int outputTokens;

    /** {@code number} is the number of the request on this server; the id is computed from it. */
    AnthropicStreamWriter(ModelRequest request, int number) {
        this.request = request;
        this.number = number;
    }

    @Override
    public List<String> completed(List<String> deltas) {
        begin();
        text(deltas);
        return end("end_turn");
    }

    @Override
    public List<String> completedAfterReasoning(String summary, List<String> deltas) {
        begin();
        start(block -> block.put("type", "thinking").put("thinking", "").put("signature", ""));
        for (String piece : TextPieces.words(summary)) {
            outputTokens++;
            delta(delta -> delta.put("type", "thinking_delta").put("thinking", piece));
        }
        delta(delta -> delta.put("type", "signature_delta").put("signature", "signed-" + number));
        stop();
        text(deltas);
        return end("end_turn");
    }

    @Override
    public List<String> called(List<ToolCall> calls, List<String> deltas) {
        begin();
        text(deltas);
        calls.forEach(this::call);
        return end("tool_use");
    }

    private void call(ToolCall call) {
        start(block -> block.put("type", "tool_use")
                .put("id", call.callId())
                .put("name", call.name())
                .putObject("input"));
        // The first piece is empty; a tool without arguments has no other.
        delta(delta -> delta.put("type", "input_json_delta").put("partial_json", ""));
        for (String piece : TextPieces.of(call.arguments(), ARGUMENT_PIECE)) {
            outputTokens++;
            delta(delta -> delta.put("type", "input_json_delta").put("partial_json", piece));
        }
        stop();
    }

    @Override
    public List<String> refused(List<String> deltas) {
        begin();
        text(deltas);
        return end("refusal");
    }

    @Override
    public List<String> incomplete(String reason, List<String> deltas) {
        begin();
        text(deltas);
        return end(
                switch (reason) {
                    case "max_output_tokens" -> "max_tokens";
                    case "content_filter" -> "refusal";
                    default -> reason;
                });
    }

    @Override
    public List<String> errorInStream(String code, String message) {
        begin();
        event("error", node -> node.putObject("error").put("type", code).put("message", message));
        return events;
    }

    private void begin() {
        event("message_start", node -> {
            ObjectNode message = node.putObject("message");
            message.put("id", "msg_" + number).put("type", "message").put("role", "assistant");
            message.put("model", request.model()).putArray("content");
            message.putNull("stop_reason").putNull("stop_sequence");
            message.set("usage", usage(1));
        });
        event("ping", node -> {});
    }

    private void text(List<String> deltas) {
        if (deltas.isEmpty()) {
            return;
        }
        start(block -> block.put("type", "text").put("text", ""));
        for (String text : deltas) {
            outputTokens++;
            delta(delta -> delta.put("type", "text_delta").put("text", text));
        }
        stop();
    }

    private void start(Consumer<ObjectNode> content) {
        event(
                "content_block_start",
                node -> content.accept(node.put("index", blocks).putObject("content_block")));
    }

    private void delta(Consumer<ObjectNode> content) {
        event(
                "content_block_delta",
                node -> content.accept(node.put("index", blocks).putObject("delta")));
    }

    private void stop() {
        event("content_block_stop", node -> node.put("index", blocks));
        blocks++;
    }

    private List<String> end(String reason) {
        event("message_delta", node -> {
            node.putObject("delta").put("stop_reason", reason).putNull("stop_sequence");
            node.set("usage", usage(Math.max(1, outputTokens)));
        });
        event("message_stop", node -> {});
        return events;
    }

    private ObjectNode usage(int output) {
        int inputTokens = request.body().path("messages").toString().length() / 4 + 1;
        return JSON.objectNode()
                .put("input_tokens", inputTokens)
                .put("cache_creation_input_tokens", 0)
                .put("cache_read_input_tokens", 0)
                .put("output_tokens", output);
    }

    private void event(String type, Consumer<ObjectNode> more) {
        ObjectNode data = JSON.objectNode().put("type", type);
        more.accept(data);
        events.add("event: " + type + "\ndata: " + JsonCodec.writeText(data) + "\n\n");
    }
}
