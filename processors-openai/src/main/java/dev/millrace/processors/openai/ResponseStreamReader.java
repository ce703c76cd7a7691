package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.openai.ResponseSink.Delta;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The grammar of a streamed response. It ends in {@code completed} or {@code incomplete}, and then it is a success; or
 * in {@code failed} or {@code error}, the first of which is the failure; or without any of them, and then it was cut off,
 * however much of it came. Items are told apart by their output index, because some servers change ids as they go. Types
 * and fields that are not known here are passed over.
 *
 * <p>Not safe for use by many threads; the events of one response come from one.
 */
final class ResponseStreamReader {
    private static final Map<String, String> KIND_BY_TYPE = Map.of(
            "response.output_text.delta", "text",
            "response.refusal.delta", "refusal",
            "response.reasoning_summary_text.delta", "reasoning",
            "response.reasoning_text.delta", "reasoning",
            "response.function_call_arguments.delta", "arguments",
            "response.custom_tool_call_input.delta", "arguments",
            "response.mcp_call_arguments.delta", "arguments");

    private final ResponseSink sink;
    private final Set<Integer> completeItems = new HashSet<>();
    private final TreeMap<Integer, StringBuilder> texts = new TreeMap<>();
    private long events;
    private boolean ended;

    ResponseStreamReader(ResponseSink sink) {
        this.sink = sink;
    }

    /** How many events came so far. */
    long events() {
        return events;
    }

    /** Whether the response is over. */
    boolean isEnded() {
        return ended;
    }

    /**
     * The next server-sent event.
     *
     * @param name its {@code event:} field; empty text when it has none
     * @param data its {@code data:} field
     */
    void event(String name, String data) {
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
            case "response.failed" ->
                fail(ErrorBodyReader.of(json.path("response").path("error")).failure(0));
            case "error", "response.error" -> fail(ErrorBodyReader.of(json).failure(0));
            default -> {
                if (type.isEmpty() && json.hasNonNull("error")) {
                    fail(ErrorBodyReader.of(json).failure(0));
                }
            }
        }
    }

    /** A server that does not stream has sent the whole response at once; false when this is not one. */
    boolean whole(JsonNode response) {
        boolean known = response.path("object").asText().equals("response");
        if (known && !ended) {
            switch (response.path("status").asText()) {
                case "failed" -> fail(ErrorBodyReader.of(response.path("error")).failure(0));
                case "incomplete" -> finish(response, Optional.of(reason(response)));
                default -> finish(response, Optional.empty());
            }
        }
        return known;
    }

    /** There will be no more events. */
    void eof(RequestFailure otherwise) {
        fail(otherwise);
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
            sink.item(index, item);
        }
    }

    private void finish(JsonNode response, Optional<String> incompleteReason) {
        // Some servers never say that an item is done; positions in the output need not be output indices.
        int index = 0;
        for (JsonNode item : completeItems.isEmpty() ? response.path("output") : JsonNodeFactory.instance.arrayNode()) {
            item(index++, item);
        }
        texts.forEach((at, text) -> item(at, message(text.toString())));
        end(new ModelCallResult.Finished(
                text(response, "id"),
                text(response, "model"),
                incompleteReason,
                Optional.of(response.path("usage")).filter(JsonNode::isObject)));
    }

    private static ObjectNode message(String text) {
        ObjectNode message = JsonNodeFactory.instance.objectNode();
        message.put("type", "message").put("role", "assistant");
        ObjectNode part = message.putArray("content").addObject();
        part.put("type", "output_text").put("text", text).putArray("annotations");
        return message;
    }

    private void fail(RequestFailure failure) {
        if (!ended) {
            end(failure);
        }
    }

    private void end(ModelCallResult outcome) {
        ended = true;
        sink.end(outcome);
    }

    private static Optional<String> text(JsonNode json, String field) {
        return Optional.of(json.path(field)).filter(JsonNode::isTextual).map(JsonNode::textValue);
    }
}
