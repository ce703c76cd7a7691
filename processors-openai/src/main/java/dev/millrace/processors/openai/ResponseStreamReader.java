package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.http.ErrorBody;
import dev.millrace.processors.agent.http.ResponseParser;
import dev.millrace.processors.agent.model.ModelFailure;
import dev.millrace.processors.agent.model.ModelResult;
import dev.millrace.processors.agent.model.ModelSink;
import dev.millrace.processors.agent.model.ModelSink.Delta;
import dev.millrace.processors.agent.model.OutputItem;
import dev.millrace.processors.agent.model.Usage;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * A parser of a streamed response. A response is successful if it ends with {@code completed} or {@code incomplete}; it
 * failed if it ends with {@code failed} or {@code error}; without one of these it was cut off. Items are identified by
 * their output index, because some servers change ids. Unknown types and fields are ignored.
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

    private final ModelSink sink;
    private final Set<Integer> completeItems = new HashSet<>();
    private final TreeMap<Integer, StringBuilder> texts = new TreeMap<>();
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
    public void event(String name, String data) {
        if (ended || data.isBlank() || data.strip().equals("[DONE]")) {
            return;
        }
        JsonNode json;
        try {
            json = JsonCodec.parse(data);
        } catch (IllegalArgumentException notJson) {
            return;
        }
        long number = events++;
        String type = json.path("type").asText(name);
        String kind = KIND_BY_TYPE.get(type);
        if (kind != null) {
            delta(json, kind, json.path("sequence_number").asLong(number));
            return;
        }
        switch (type) {
            case "response.output_item.done" -> item(json.path("output_index").asInt(), json.path("item"));
            case "response.completed" -> finish(json.path("response"), Optional.empty());
            case "response.incomplete" -> finish(json.path("response"), Optional.of(reason(json.path("response"))));
            case "response.failed" -> failed(json.path("response"));
            case "error", "response.error" -> fail(ErrorBody.of(json).failure(0));
            default -> {
                if (type.isEmpty() && json.hasNonNull("error")) {
                    fail(ErrorBody.of(json).failure(0));
                }
            }
        }
    }

    /** Handles a whole response of a server that does not stream; returns false if the JSON is no response. */
    @Override
    public boolean whole(JsonNode response) {
        boolean known = response.path("object").asText().equals("response");
        if (known && !ended) {
            switch (response.path("status").asText()) {
                case "failed" -> failed(response);
                case "incomplete" -> finish(response, Optional.of(reason(response)));
                default -> finish(response, Optional.empty());
            }
        }
        return known;
    }

    /** Handles the end of the stream; {@code otherwise} is the failure if the response has not ended. */
    @Override
    public void eof(ModelFailure otherwise) {
        fail(otherwise);
    }

    private void failed(JsonNode response) {
        fail(ErrorBody.of(response.path("error")).failure(0).withUsage(usage(response)));
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
        int index = json.path("output_index").asInt();
        if (kind.equals("text")) {
            texts.computeIfAbsent(index, first -> new StringBuilder()).append(text);
        }
        sink.delta(new Delta(index, kind, text, seq));
    }

    private void item(int index, JsonNode item) {
        if (item.isObject() && completeItems.add(index)) {
            OutputItem received = OutputItems.received(item);
            sink.item(index, received.item(), received.opaque());
        }
    }

    private void finish(JsonNode response, Optional<String> incompleteReason) {
        // Some servers send no output_item.done; then the position in the output serves as index.
        int index = 0;
        for (JsonNode item : completeItems.isEmpty() ? response.path("output") : JsonNodeFactory.instance.arrayNode()) {
            item(index++, item);
        }
        texts.forEach((at, text) -> item(at, message(text.toString())));
        end(new ModelResult.Response(text(response, "id"), text(response, "model"), incompleteReason, usage(response)));
    }

    private static ObjectNode message(String text) {
        ObjectNode message = JsonNodeFactory.instance.objectNode();
        message.put("type", "message").put("role", "assistant");
        ObjectNode part = message.putArray("content").addObject();
        part.put("type", "output_text").put("text", text).putArray("annotations");
        return message;
    }

    private void fail(ModelFailure failure) {
        if (!ended) {
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
