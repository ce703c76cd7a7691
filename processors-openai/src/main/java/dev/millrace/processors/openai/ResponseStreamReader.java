package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.http.ErrorBody;
import dev.millrace.processors.agent.http.ResponseParser;
import dev.millrace.processors.agent.model.FailureKind;
import dev.millrace.processors.agent.model.ModelFailure;
import dev.millrace.processors.agent.model.ModelResult;
import dev.millrace.processors.agent.model.ModelSink;
import dev.millrace.processors.agent.model.ModelSink.Delta;
import dev.millrace.processors.agent.model.OutputItem;
import dev.millrace.processors.agent.model.Usage;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * A parser of a streamed response. A response is successful if it ends with {@code completed} or {@code incomplete}; it
 * failed if it ends with {@code failed} or {@code error}; without one of these it was cut off. Unknown types and fields
 * are ignored.
 *
 * <p>Pieces are reported at once, items only at the end: a server can say that an item is done while more of it follows.
 *
 * <p>Not thread-safe; the events of one response come from one thread.
 */
final class ResponseStreamReader implements ResponseParser {
    private static final Map<String, String> KIND_BY_TYPE = Map.of(
            "response.output_text.delta", "text",
            "response.refusal.delta", "refusal",
            "response.reasoning_summary_text.delta", "reasoning",
            "response.reasoning_text.delta", "reasoning",
            "response.reasoning.delta", "reasoning",
            "response.function_call_arguments.delta", "arguments",
            "response.custom_tool_call_input.delta", "arguments",
            "response.mcp_call_arguments.delta", "arguments");

    private static final Set<String> ENDS = Set.of("completed", "incomplete", "failed", "cancelled");

    private final ModelSink sink;
    private final ResponseAccounts accounts = new ResponseAccounts();
    private long events;
    private boolean ended;

    ResponseStreamReader(ModelSink sink) {
        this.sink = sink;
    }

    @Override
    public long events() {
        return events;
    }

    @Override
    public boolean isEnded() {
        return ended;
    }

    /** Handles the next server-sent event; {@code name} is its {@code event:} field, or empty. */
    @Override
    public boolean event(String name, String data) {
        if (ended || data.isBlank() || data.strip().equals("[DONE]")) {
            return true;
        }
        JsonNode json;
        try {
            json = JsonCodec.parse(data);
        } catch (IllegalArgumentException notJson) {
            return false;
        }
        long number = events++;
        String type = json.path("type").asText(name);
        String kind = KIND_BY_TYPE.get(type);
        if (kind != null) {
            delta(json, kind, json.path("sequence_number").asLong(number));
            return true;
        }
        switch (type) {
            case "response.output_item.added", "response.output_item.done" -> item(json, type.endsWith(".done"));
            case "response.output_text.done" -> part(json, "text", "text");
            case "response.refusal.done" -> part(json, "refusal", "refusal");
            case "response.reasoning_summary_text.done", "response.reasoning_text.done" ->
                part(json, "reasoning", "text");
            case "response.function_call_arguments.done", "response.mcp_call_arguments.done" ->
                part(json, "arguments", "arguments");
            case "response.custom_tool_call_input.done" -> part(json, "arguments", "input");
            case "response.completed", "response.incomplete", "response.failed", "response.cancelled" ->
                terminal(json.path("response"), type.substring("response.".length()));
            case "error", "response.error" -> fail(ErrorBody.of(json).failure(0));
            default -> {
                return other(type, json);
            }
        }
        return true;
    }

    /** An event of a type that is not read. An error has none, or one that a server made up. */
    private boolean other(String type, JsonNode json) {
        if (json.hasNonNull("error") && !type.startsWith("response.") && !isResponse(json)) {
            fail(ErrorBody.of(json).failure(0));
            return true;
        }
        return type.startsWith("response.")
                || (ENDS.contains(json.path("status").asText()) && whole(json));
    }

    private static boolean isResponse(JsonNode json) {
        return json.path("object").asText().equals("response");
    }

    /** Handles a whole response of a server that does not stream; returns false if the JSON is no response. */
    @Override
    public boolean whole(JsonNode response) {
        boolean known = isResponse(response);
        if (known && !ended) {
            terminal(response, "completed");
        }
        return known;
    }

    /** Handles the end of the stream; {@code otherwise} is the failure if the response has not ended. */
    @Override
    public void eof(ModelFailure otherwise) {
        fail(otherwise);
    }

    /** The end of a response. Its own status counts; {@code name} is the event's, for servers that send no status. */
    private void terminal(JsonNode response, String name) {
        String status = response.path("status").asText();
        if (!ENDS.contains(status)) {
            boolean hasError = response.path("error").isObject();
            boolean hasReason =
                    response.path("incomplete_details").path("reason").isTextual();
            status = !name.equals("completed") ? name : hasError ? "failed" : hasReason ? "incomplete" : name;
        }
        switch (status) {
            case "completed" -> finish(response, Optional.empty());
            case "incomplete" -> finish(response, Optional.of(reason(response)));
            default -> failed(response, status);
        }
    }

    private void failed(JsonNode response, String status) {
        JsonNode error = response.path("error");
        ModelFailure failure = status.equals("cancelled") && error.isEmpty()
                ? ModelFailure.of(FailureKind.TRUNCATED, "the service cancelled the response")
                : ErrorBody.of(error).failure(0);
        fail(failure.withUsage(usage(response)));
    }

    private static Optional<Usage> usage(JsonNode response) {
        JsonNode usage = response.path("usage");
        return usage.path("output_tokens").isNumber()
                        || usage.path("input_tokens").isNumber()
                ? Optional.of(new Usage(
                        usage.path("input_tokens").asLong(),
                        usage.path("output_tokens").asLong(),
                        number(usage.at("/input_tokens_details/cached_tokens")),
                        number(usage.at("/output_tokens_details/reasoning_tokens")),
                        false))
                : Optional.empty();
    }

    private static Optional<Long> number(JsonNode json) {
        return json.isIntegralNumber() ? Optional.of(json.longValue()) : Optional.empty();
    }

    private static String reason(JsonNode response) {
        return response.path("incomplete_details").path("reason").asText("unknown");
    }

    private void delta(JsonNode json, String kind, long seq) {
        String text = json.path("delta").asText("");
        if (text.isEmpty()) {
            return;
        }
        int index = accounts.index(json, json.path("item_id"));
        accounts.at(index).piece(kind, part(json), text);
        sink.delta(new Delta(index, kind, text, seq));
    }

    /** The position of a part in its item. */
    private static int part(JsonNode json) {
        return json.path("content_index").asInt(json.path("summary_index").asInt(0));
    }

    private void part(JsonNode json, String kind, String field) {
        ItemAccounts item = accounts.at(accounts.index(json, json.path("item_id")));
        item.part(kind, part(json), json.path(field).asText(""));
    }

    private void item(JsonNode json, boolean done) {
        if (json.path("item") instanceof ObjectNode item) {
            ItemAccounts known = accounts.at(accounts.index(json, item.path("id")));
            if (done) {
                known.done(item);
            } else {
                known.added(item);
            }
        }
    }

    private void finish(JsonNode response, Optional<String> incompleteReason) {
        report(accounts.atTheEnd(response.path("output")));
        end(new ModelResult.Response(text(response, "id"), text(response, "model"), incompleteReason, usage(response)));
    }

    private void report(SortedMap<Integer, OutputItem> items) {
        items.forEach((index, item) -> sink.item(index, item.item(), item.opaque()));
    }

    private void fail(ModelFailure failure) {
        if (!ended) {
            report(accounts.whole());
            end(failure);
        }
    }

    private void end(ModelResult result) {
        ended = true;
        sink.end(result);
    }

    private static Optional<String> text(JsonNode json, String field) {
        return Optional.of(json.path(field)).filter(JsonNode::isTextual).map(JsonNode::textValue);
    }
}
