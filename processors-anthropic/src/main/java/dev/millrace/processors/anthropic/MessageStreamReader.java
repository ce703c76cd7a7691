package dev.millrace.processors.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.http.ErrorBody;
import dev.millrace.processors.agent.http.ResponseParser;
import dev.millrace.processors.agent.model.ModelFailure;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.ModelResult;
import dev.millrace.processors.agent.model.ModelSink;
import dev.millrace.processors.agent.model.ModelSink.Delta;
import dev.millrace.processors.agent.model.OutputItem;
import dev.millrace.processors.anthropic.StreamedBlock.Piece;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A parser of a streamed message. A response is successful if it ends with {@code message_stop}; it failed if it has an
 * {@code error}; without one of these it was cut off. Unknown types and fields are ignored.
 *
 * <p>Pieces are reported at once, complete items only at the end: a second {@code message_start} means that the message
 * begins again, and only the reason of the end says that a text is a refusal.
 *
 * <p>Not thread-safe; the events of one response come from one thread.
 */
final class MessageStreamReader implements ResponseParser {
    private static final String NO_ANSWER = "The service refused to answer and gave no reason.";

    private final ModelSink sink;
    private final TreeMap<Integer, StreamedBlock> blocks = new TreeMap<>();
    private final TreeSet<Integer> reported = new TreeSet<>();
    private TokenCounts tokens = new TokenCounts();
    private Optional<String> responseId = Optional.empty();
    private Optional<String> model = Optional.empty();
    private JsonNode stop = JsonNodeFactory.instance.objectNode();
    private boolean knowsOutputTokens;
    private long events;
    private boolean ended;

    MessageStreamReader(ModelSink sink) {
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

    @Override
    public boolean event(String name, String data) {
        if (ended || data.isBlank()) {
            return true;
        }
        JsonNode json;
        try {
            json = JsonCodec.parse(data);
        } catch (IllegalArgumentException notJson) {
            return false;
        }
        long number = events++;
        switch (json.path("type").asText(name)) {
            case "message_start" -> begin(json.path("message"));
            case "content_block_start" -> {
                StreamedBlock block = new StreamedBlock(json.path("content_block"));
                blocks.put(index(json), block);
                report(index(json), block.first(), number);
            }
            case "content_block_delta" -> {
                JsonNode delta = json.path("delta");
                StreamedBlock block = blocks.computeIfAbsent(index(json), index -> StreamedBlock.startingWith(delta));
                report(index(json), block.add(delta), number);
            }
            case "message_delta" -> {
                if (json.path("delta").hasNonNull("stop_reason")) {
                    stop = json.path("delta");
                }
                tokens.add(json.path("usage"));
                knowsOutputTokens |= json.at("/usage/output_tokens").isNumber();
            }
            case "message_stop" -> finish();
            case "error" -> fail(ErrorBody.of(json).failure(0));
            case "content_block_stop", "ping" -> {}
            default -> {
                if (!json.hasNonNull("error")) {
                    return whole(json);
                }
                fail(ErrorBody.of(json).failure(0));
            }
        }
        return true;
    }

    /** Handles a whole message of a server that does not stream; returns false if the JSON is no message. */
    @Override
    public boolean whole(JsonNode message) {
        boolean known = message.path("type").asText().equals("message")
                && message.path("content").isArray();
        if (known && !ended) {
            begin(message);
            stop = message;
            finish();
        }
        return known;
    }

    /** Handles the end of the stream; {@code otherwise} is the failure if the response has not ended. */
    @Override
    public void eof(ModelFailure otherwise) {
        fail(otherwise);
    }

    /** The message begins, or begins again. */
    private void begin(JsonNode message) {
        blocks.clear();
        tokens = new TokenCounts();
        tokens.add(message.path("usage"));
        knowsOutputTokens = false;
        stop = JsonNodeFactory.instance.objectNode();
        responseId = text(message, "id");
        model = text(message, "model");
        int index = 0;
        for (JsonNode block : message.path("content")) {
            blocks.put(index++, new StreamedBlock(block));
        }
    }

    /** The position of a block; without one it is the newest block. */
    private int index(JsonNode json) {
        return json.path("index").asInt(blocks.isEmpty() ? 0 : blocks.lastKey());
    }

    private void report(int index, Piece piece, long number) {
        if (!piece.text().isEmpty()) {
            reported.add(index);
            sink.delta(new Delta(index, piece.kind(), piece.text(), number));
        }
    }

    private void finish() {
        String reason = stop.path("stop_reason").asText("");
        TreeMap<Integer, OutputItem> items = new TreeMap<>();
        blocks.forEach((index, block) -> items.put(index, OutputBlocks.received(block.whole())));
        if (reason.equals("refusal")) {
            refuse(items);
        }
        // Pieces of a message that began again are in the log: an empty item replaces them.
        OutputItem nothing = new OutputItem(new ModelItem.Message(""), Optional.empty());
        reported.forEach(index -> items.putIfAbsent(index, nothing));
        items.forEach((index, item) -> {
            boolean isEmpty = item.item().equals(nothing.item());
            if (!isEmpty || reported.contains(index)) {
                sink.item(index, item.item(), item.opaque());
            }
        });
        end(new ModelResult.Response(responseId, model, incomplete(reason), tokens.usage()));
    }

    /** The explanation of the service becomes a refusal; without one, the last text is one. */
    private void refuse(NavigableMap<Integer, OutputItem> items) {
        String why = stop.at("/stop_details/explanation").asText("");
        if (why.isBlank()) {
            for (Map.Entry<Integer, OutputItem> entry : items.descendingMap().entrySet()) {
                if (entry.getValue().item() instanceof ModelItem.Message said
                        && !said.text().isBlank()) {
                    entry.setValue(new OutputItem(new ModelItem.Refusal(said.text()), Optional.empty()));
                    return;
                }
            }
        }
        ModelItem refusal = new ModelItem.Refusal(why.isBlank() ? NO_ANSWER : why);
        items.put(items.isEmpty() ? 0 : items.lastKey() + 1, new OutputItem(refusal, Optional.empty()));
    }

    private static Optional<String> incomplete(String reason) {
        return switch (reason) {
            case "", "end_turn", "stop_sequence", "tool_use", "refusal" -> Optional.empty();
            case "max_tokens" -> Optional.of("max_output_tokens");
            default -> Optional.of(reason);
        };
    }

    private void fail(ModelFailure failure) {
        if (!ended) {
            end(knowsOutputTokens ? failure.withUsage(tokens.usage()) : failure);
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
