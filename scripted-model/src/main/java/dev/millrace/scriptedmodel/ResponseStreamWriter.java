package dev.millrace.scriptedmodel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Writes one response in the format of OpenAI or Open Responses: server-sent events, numbered from 0, named by their
 * type.
 */
final class ResponseStreamWriter implements ModelStream {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final long EPOCH_SECONDS = 1_767_225_600;
    private static final int ARGUMENT_PIECE = 8;

    /** Fields of a response of Open Responses that are null if the request does not have them. */
    private static final List<String> OR_NULL = List.of(
            "previous_response_id",
            "reasoning",
            "max_output_tokens",
            "max_tool_calls",
            "safety_identifier",
            "prompt_cache_key");

    private final ModelRequest request;
    private final int number;
    private final boolean open;
    private final List<String> events = new ArrayList<>();
    private final ArrayNode output = JSON.arrayNode();
    private int outputTokens;

    /** {@code number} is the number of the response on this server; ids and times are computed from it. */
    ResponseStreamWriter(ModelRequest request, int number, ProviderDialect dialect) {
        this.request = request;
        this.number = number;
        this.open = dialect == ProviderDialect.OPEN_RESPONSES;
    }

    @Override
    public List<String> completed(List<String> deltas) {
        begin();
        return finish(deltas);
    }

    @Override
    public List<String> completedAfterReasoning(String summary, List<String> deltas) {
        begin();
        reasoning(summary);
        return finish(deltas);
    }

    @Override
    public List<String> called(List<ToolCall> calls, List<String> deltas) {
        begin();
        if (!deltas.isEmpty()) {
            message(deltas, "completed");
        }
        calls.forEach(this::call);
        return complete();
    }

    private void call(ToolCall call) {
        int index = output.size();
        String id = "fc_" + number + "_" + index;
        ObjectNode item =
                JSON.objectNode().put("id", id).put("type", "function_call").put("status", "in_progress");
        item.put("call_id", call.callId()).put("name", call.name()).put("arguments", "");
        added(index, item);
        for (String piece : TextPieces.of(call.arguments(), ARGUMENT_PIECE)) {
            outputTokens++;
            event(
                    "response.function_call_arguments.delta",
                    node -> node.put("item_id", id).put("output_index", index).put("delta", piece));
        }
        event(
                "response.function_call_arguments.done",
                node -> node.put("item_id", id).put("output_index", index).put("arguments", call.arguments()));
        item.put("status", "completed").put("arguments", call.arguments());
        done(index, item);
    }

    @Override
    public List<String> refused(List<String> deltas) {
        begin();
        message(deltas, "completed", "refusal", "refusal");
        return complete();
    }

    private void added(int index, ObjectNode item) {
        event(
                "response.output_item.added",
                node -> node.put("output_index", index).set("item", item.deepCopy()));
    }

    private void done(int index, ObjectNode item) {
        event(
                "response.output_item.done",
                node -> node.put("output_index", index).set("item", item));
        output.add(item);
    }

    private List<String> finish(List<String> deltas) {
        message(deltas, "completed");
        return complete();
    }

    private List<String> complete() {
        lifecycle("response.completed", "completed", response -> response.set("usage", usage()));
        return events;
    }

    @Override
    public List<String> incomplete(String reason, List<String> deltas) {
        begin();
        message(deltas, "incomplete");
        lifecycle("response.incomplete", "incomplete", response -> {
            response.putObject("incomplete_details").put("reason", reason);
            response.set("usage", usage());
        });
        return events;
    }

    @Override
    public List<String> errorInStream(String code, String message) {
        begin();
        event(
                "error",
                node -> node.putObject("error")
                        .put("type", code)
                        .put("code", code)
                        .put("message", message)
                        .putNull("param"));
        lifecycle(
                "response.failed",
                "failed",
                response -> response.putObject("error").put("code", code).put("message", message));
        return events;
    }

    private void begin() {
        lifecycle("response.created", "in_progress", response -> {});
        lifecycle("response.in_progress", "in_progress", response -> {});
    }

    private void reasoning(String summary) {
        int index = output.size();
        String id = "rs_" + number + "_" + index;
        ObjectNode item = JSON.objectNode().put("id", id).put("type", "reasoning");
        item.putArray("summary");
        item.put("encrypted_content", "");
        added(index, item);
        if (open) {
            reasoningText(item, index, summary);
        } else {
            reasoningSummary(item, index, summary);
        }
        item.put("encrypted_content", "sealed:" + id);
        done(index, item);
    }

    /** The events of Open Responses for a text of the reasoning. */
    private void reasoningText(ObjectNode item, int index, String text) {
        String id = item.path("id").asText();
        event("response.content_part.added", node -> contentKey(node, id, index).set("part", reasoningPart("")));
        for (String delta : TextPieces.words(text)) {
            outputTokens++;
            event(
                    "response.reasoning.delta",
                    node -> contentKey(node, id, index).put("delta", delta));
        }
        event("response.reasoning.done", node -> contentKey(node, id, index).put("text", text));
        ObjectNode part = reasoningPart(text);
        event("response.content_part.done", node -> contentKey(node, id, index).set("part", part));
        item.putArray("content").add(part);
    }

    private void reasoningSummary(ObjectNode item, int index, String summary) {
        String id = item.path("id").asText();
        ObjectNode part = JSON.objectNode().put("type", "summary_text").put("text", "");
        event(
                "response.reasoning_summary_part.added",
                node -> summaryKey(node, id, index).set("part", part.deepCopy()));
        for (String delta : TextPieces.words(summary)) {
            outputTokens++;
            event(
                    "response.reasoning_summary_text.delta",
                    node -> summaryKey(node, id, index).put("delta", delta));
        }
        part.put("text", summary);
        event(
                "response.reasoning_summary_text.done",
                node -> summaryKey(node, id, index).put("text", summary));
        event(
                "response.reasoning_summary_part.done",
                node -> summaryKey(node, id, index).set("part", part));
        item.withArray("summary").add(part);
    }

    private void message(List<String> deltas, String status) {
        message(deltas, status, "output_text", "text");
    }

    private void message(List<String> deltas, String status, String partType, String field) {
        int index = output.size();
        String id = "msg_" + number + "_" + index;
        ObjectNode item = JSON.objectNode().put("id", id).put("type", "message").put("status", "in_progress");
        item.put("role", "assistant").putArray("content");
        added(index, item);
        event(
                "response.content_part.added",
                node -> contentKey(node, id, index).set("part", part(partType, field, "")));
        for (String delta : deltas) {
            outputTokens++;
            event("response." + partType + ".delta", node -> {
                contentKey(node, id, index).put("delta", delta);
                if (field.equals("text")) {
                    node.putArray("logprobs");
                }
            });
        }
        String text = String.join("", deltas);
        event("response." + partType + ".done", node -> {
            contentKey(node, id, index).put(field, text);
            if (open && field.equals("text")) {
                node.putArray("logprobs");
            }
        });
        ObjectNode part = part(partType, field, text);
        event("response.content_part.done", node -> contentKey(node, id, index).set("part", part));
        item.put("status", status).withArray("content").add(part);
        done(index, item);
    }

    private ObjectNode part(String type, String field, String text) {
        ObjectNode part = JSON.objectNode().put("type", type);
        if (field.equals("text")) {
            part.putArray("annotations");
            if (open) {
                part.putArray("logprobs");
            }
        }
        return part.put(field, text);
    }

    private static ObjectNode reasoningPart(String text) {
        return JSON.objectNode().put("type", "reasoning_text").put("text", text);
    }

    private static ObjectNode contentKey(ObjectNode node, String id, int index) {
        return node.put("item_id", id).put("output_index", index).put("content_index", 0);
    }

    private static ObjectNode summaryKey(ObjectNode node, String id, int index) {
        return node.put("item_id", id).put("output_index", index).put("summary_index", 0);
    }

    private void lifecycle(String type, String status, Consumer<ObjectNode> more) {
        ObjectNode response = JSON.objectNode();
        response.put("id", "resp_" + number).put("object", "response").put("created_at", EPOCH_SECONDS + number);
        response.put("status", status).put("model", request.model());
        response.putNull("error").putNull("incomplete_details").putNull("usage");
        JsonNode instructions = request.body().path("instructions");
        response.set("instructions", instructions.isMissingNode() ? JSON.nullNode() : instructions);
        response.set("output", output.deepCopy());
        response.put("store", request.body().path("store").asBoolean(true)).putArray("tools");
        if (open) {
            addRequired(response);
        }
        more.accept(response);
        event(type, node -> node.set("response", response));
    }

    /** Adds the fields that Open Responses requires and others leave out: what the request said, or the default. */
    private void addRequired(ObjectNode response) {
        boolean isCompleted = response.path("status").asText().equals("completed");
        response.set("completed_at", isCompleted ? response.path("created_at") : JSON.nullNode());
        OR_NULL.forEach(field -> response.set(field, requested(field, JSON.nullNode())));
        response.set("tools", wholeTools());
        response.set("tool_choice", requested("tool_choice", JSON.textNode("auto")));
        response.set("truncation", requested("truncation", JSON.textNode("disabled")));
        response.set("parallel_tool_calls", requested("parallel_tool_calls", JSON.booleanNode(true)));
        response.set("temperature", requested("temperature", JSON.numberNode(1)));
        response.set("top_p", requested("top_p", JSON.numberNode(1)));
        response.set("metadata", requested("metadata", JSON.objectNode()));
        response.put("presence_penalty", 0).put("frequency_penalty", 0).put("top_logprobs", 0);
        response.put("background", false).put("service_tier", "default");
        response.putObject("text").putObject("format").put("type", "text");
    }

    private JsonNode requested(String field, JsonNode otherwise) {
        return request.body().hasNonNull(field) ? request.body().path(field) : otherwise;
    }

    /** The tools of the request; a field that a tool lacks is null. */
    private ArrayNode wholeTools() {
        ArrayNode tools = JSON.arrayNode();
        for (JsonNode tool : request.body().path("tools")) {
            ObjectNode whole = tool.deepCopy();
            for (String field : List.of("description", "parameters", "strict")) {
                whole.set(field, tool.path(field).isMissingNode() ? JSON.nullNode() : tool.path(field));
            }
            tools.add(whole);
        }
        return tools;
    }

    private ObjectNode usage() {
        int inputTokens = request.body().path("input").toString().length() / 4 + 1;
        ObjectNode usage = JSON.objectNode().put("input_tokens", inputTokens);
        usage.putObject("input_tokens_details").put("cached_tokens", 0);
        usage.put("output_tokens", outputTokens)
                .putObject("output_tokens_details")
                .put("reasoning_tokens", 0);
        return usage.put("total_tokens", inputTokens + outputTokens);
    }

    private void event(String type, Consumer<ObjectNode> more) {
        ObjectNode data = JSON.objectNode().put("type", type).put("sequence_number", events.size());
        more.accept(data);
        events.add("event: " + type + "\ndata: " + JsonCodec.writeText(data) + "\n\n");
    }
}
