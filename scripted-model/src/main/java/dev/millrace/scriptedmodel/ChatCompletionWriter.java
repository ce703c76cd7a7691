package dev.millrace.scriptedmodel;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Writes one chat completion in the format of the providers: unnamed chunks, the usage if requested, and the end
 * marker.
 */
final class ChatCompletionWriter implements ModelStream {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final long EPOCH_SECONDS = 1_767_225_600;
    private static final int ARGUMENT_PIECE = 8;

    private final ModelRequest request;
    private final int number;
    private final ErrorForm errors;
    private final List<String> events = new ArrayList<>();
    private int outputTokens;

    ChatCompletionWriter(ModelRequest request, int number, ErrorForm errors) {
        this.request = request;
        this.number = number;
        this.errors = errors;
    }

    @Override
    public List<String> completed(List<String> deltas) {
        begin();
        content("content", deltas);
        return end("stop");
    }

    @Override
    public List<String> completedAfterReasoning(String summary, List<String> deltas) {
        begin();
        content("reasoning_content", TextPieces.words(summary));
        content("content", deltas);
        return end("stop");
    }

    @Override
    public List<String> called(List<ToolCall> calls, List<String> deltas) {
        begin();
        content("content", deltas);
        for (int i = 0; i < calls.size(); i++) {
            ToolCall call = calls.get(i);
            int index = i;
            chunk(delta -> {
                ObjectNode first = delta.putArray("tool_calls").addObject();
                first.put("index", index).put("id", call.callId()).put("type", "function");
                first.putObject("function").put("name", call.name()).put("arguments", "");
            });
            for (String piece : TextPieces.of(call.arguments(), ARGUMENT_PIECE)) {
                outputTokens++;
                chunk(delta -> delta.putArray("tool_calls")
                        .addObject()
                        .put("index", index)
                        .putObject("function")
                        .put("arguments", piece));
            }
        }
        return end("tool_calls");
    }

    @Override
    public List<String> refused(List<String> deltas) {
        begin();
        content("refusal", deltas);
        return end("stop");
    }

    @Override
    public List<String> incomplete(String reason, List<String> deltas) {
        begin();
        content("content", deltas);
        return end(reason.equals("max_output_tokens") ? "length" : reason);
    }

    @Override
    public List<String> errorInStream(String code, String message) {
        begin();
        events.add("data: " + errors.body(500, code, code, null, message) + "\n\n");
        return events;
    }

    private void begin() {
        chunk(delta -> delta.put("role", "assistant").put("content", ""));
    }

    private void content(String field, List<String> deltas) {
        for (String text : deltas) {
            outputTokens++;
            chunk(delta -> delta.put(field, text));
        }
    }

    private List<String> end(String reason) {
        ObjectNode last = envelope();
        ObjectNode choice = last.putArray("choices").addObject().put("index", 0);
        choice.putObject("delta");
        choice.put("finish_reason", reason);
        add(last);
        if (request.body().at("/stream_options/include_usage").asBoolean()) {
            ObjectNode usage = envelope();
            usage.putArray("choices");
            int inputTokens = request.body().path("messages").toString().length() / 4 + 1;
            usage.putObject("usage")
                    .put("prompt_tokens", inputTokens)
                    .put("completion_tokens", outputTokens)
                    .put("total_tokens", inputTokens + outputTokens);
            add(usage);
        }
        events.add("data: [DONE]\n\n");
        return events;
    }

    private void chunk(Consumer<ObjectNode> content) {
        ObjectNode chunk = envelope();
        ObjectNode choice = chunk.putArray("choices").addObject().put("index", 0);
        content.accept(choice.putObject("delta"));
        choice.putNull("finish_reason");
        add(chunk);
    }

    private ObjectNode envelope() {
        return JSON.objectNode()
                .put("id", "chatcmpl_" + number)
                .put("object", "chat.completion.chunk")
                .put("created", EPOCH_SECONDS + number)
                .put("model", request.model());
    }

    private void add(ObjectNode chunk) {
        events.add("data: " + JsonCodec.writeText(chunk) + "\n\n");
    }
}
