package dev.millrace.scriptedmodel;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Writes one response in the format of llama.cpp: no sequence numbers, no indexes, and all {@code done} events after
 * the last delta. A response that ends early is completed all the same.
 */
final class LlamaCppStreamWriter implements ModelStream {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final long EPOCH_SECONDS = 1_767_225_600;
    private static final int ARGUMENT_PIECE = 8;

    private final ModelRequest request;
    private final int number;
    private final List<String> events = new ArrayList<>();
    private final List<Runnable> doneEvents = new ArrayList<>();
    private final ArrayNode output = JSON.arrayNode();
    private int outputTokens;

    /** {@code number} is the number of the response on this server; ids and times are computed from it. */
    LlamaCppStreamWriter(ModelRequest request, int number) {
        this.request = request;
        this.number = number;
    }

    @Override
    public List<String> completed(List<String> deltas) {
        begin();
        message(deltas);
        return complete();
    }

    @Override
    public List<String> completedAfterReasoning(String summary, List<String> deltas) {
        begin();
        String id = "rs_" + number;
        ObjectNode item = JSON.objectNode().put("id", id);
        item.putArray("summary");
        item.put("type", "reasoning").putArray("content");
        item.put("encrypted_content", "").put("status", "in_progress");
        added(item);
        for (String delta : TextPieces.words(summary)) {
            outputTokens++;
            event(
                    "response.reasoning_text.delta",
                    node -> node.put("delta", delta).put("item_id", id));
        }
        item.withArray("content").addObject().put("text", summary).put("type", "reasoning_text");
        item.remove("status");
        doneEvents.add(() -> done(item));
        message(deltas);
        return complete();
    }

    @Override
    public List<String> called(List<ToolCall> calls, List<String> deltas) {
        begin();
        if (!deltas.isEmpty()) {
            message(deltas);
        }
        calls.forEach(this::call);
        return complete();
    }

    private void call(ToolCall call) {
        // The server makes both ids from the id of the model.
        String id = "fc_" + call.callId().replaceFirst("^call_", "");
        ObjectNode item = JSON.objectNode().put("id", id).put("arguments", "").put("call_id", call.callId());
        item.put("name", call.name()).put("type", "function_call").put("status", "in_progress");
        added(item);
        for (String piece : TextPieces.of(call.arguments(), ARGUMENT_PIECE)) {
            outputTokens++;
            event(
                    "response.function_call_arguments.delta",
                    node -> node.put("delta", piece).put("item_id", id));
        }
        item.put("status", "completed").put("arguments", call.arguments());
        doneEvents.add(() -> done(item));
    }

    /** The server knows no refusal; a model declines with a plain text. */
    @Override
    public List<String> refused(List<String> deltas) {
        return completed(deltas);
    }

    @Override
    public List<String> incomplete(String reason, List<String> deltas) {
        return completed(deltas);
    }

    /** The error has no event name, and the stream ends after it. */
    @Override
    public List<String> errorInStream(String code, String message) {
        begin();
        events.add("data: " + ErrorForm.LLAMA_CPP.body(500, code, null, null, message) + "\n\n");
        return events;
    }

    private void begin() {
        for (String type : List.of("response.created", "response.in_progress")) {
            event(
                    type,
                    node -> node.putObject("response")
                            .put("id", "resp_" + number)
                            .put("object", "response")
                            .put("status", "in_progress"));
        }
    }

    private void message(List<String> deltas) {
        String id = "msg_" + number;
        ObjectNode item = JSON.objectNode();
        item.putArray("content");
        item.put("id", id).put("role", "assistant").put("status", "in_progress").put("type", "message");
        added(item);
        event(
                "response.content_part.added",
                node -> node.put("item_id", id)
                        .putObject("part")
                        .put("type", "output_text")
                        .put("text", ""));
        for (String delta : deltas) {
            outputTokens++;
            event("response.output_text.delta", node -> node.put("item_id", id).put("delta", delta));
        }
        String text = String.join("", deltas);
        ObjectNode part = item.withArray("content").addObject().put("type", "output_text");
        part.putArray("annotations");
        part.putArray("logprobs");
        part.put("text", text);
        item.put("status", "completed");
        doneEvents.add(() -> {
            event("response.output_text.done", node -> node.put("item_id", id).put("text", text));
            event("response.content_part.done", node -> node.put("item_id", id).set("part", part));
            done(item);
        });
    }

    private void added(ObjectNode item) {
        event("response.output_item.added", node -> node.set("item", item.deepCopy()));
    }

    private void done(ObjectNode item) {
        event("response.output_item.done", node -> node.set("item", item));
        output.add(item);
    }

    private List<String> complete() {
        doneEvents.forEach(Runnable::run);
        int inputTokens = request.body().path("input").toString().length() / 4 + 1;
        event("response.completed", node -> {
            ObjectNode response = node.putObject("response");
            response.put("id", "resp_" + number).put("object", "response").put("created_at", EPOCH_SECONDS + number);
            response.put("status", "completed").put("model", request.model());
            response.set("output", output);
            response.putObject("usage")
                    .put("input_tokens", inputTokens)
                    .put("output_tokens", outputTokens)
                    .put("total_tokens", inputTokens + outputTokens)
                    .putObject("input_tokens_details")
                    .put("cached_tokens", 0);
        });
        return events;
    }

    private void event(String type, Consumer<ObjectNode> more) {
        ObjectNode data = JSON.objectNode().put("type", type);
        more.accept(data);
        events.add("event: " + type + "\ndata: " + JsonCodec.writeText(data) + "\n\n");
    }
}
