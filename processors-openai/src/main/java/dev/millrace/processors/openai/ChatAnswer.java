package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.ModelItem.Message;
import dev.millrace.processors.agent.model.ModelItem.Reasoning;
import dev.millrace.processors.agent.model.ModelItem.Refusal;
import dev.millrace.processors.agent.model.ModelSink;
import dev.millrace.processors.agent.model.ModelSink.Delta;
import dev.millrace.processors.agent.model.OutputItem;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The items of one chat completion. A completion has no items, only fields: one reasoning, one text, one refusal and
 * some calls. Each is an item; their order is the one in which they begin. Not thread-safe.
 */
final class ChatAnswer {
    /** The name of the field of a reasoning, in its opaque data. */
    static final String FIELD = "field";

    /** Reasoning that only the service can read, in its opaque data and in messages. */
    static final String DETAILS = "reasoning_details";

    private static final String TEXT = "text";
    private static final String REFUSAL = "refusal";
    private static final String REASONING = "reasoning";

    /** Names of one field: what each vendor calls it. The first that has a text counts. */
    private static final List<String> REASONING_FIELDS = List.of("reasoning_content", REASONING);

    private final ModelSink sink;
    private final Map<String, ChatText> texts = new LinkedHashMap<>();
    private final ChatCalls calls = new ChatCalls();
    private final ArrayNode details = JsonNodeFactory.instance.arrayNode();
    private String reasoningField = REASONING_FIELDS.get(0);
    private int items;

    ChatAnswer(ModelSink sink) {
        this.sink = sink;
    }

    /** Whether anything was said. */
    boolean isEmpty() {
        return items == 0;
    }

    /** Adds a delta and reports its pieces under this number. */
    void delta(JsonNode delta, long seq) {
        fields(delta).forEach((kind, text) -> {
            ChatText known = text(kind);
            known.piece(text);
            sink.delta(new Delta(known.outputIndex, kind, text, seq));
        });
        for (JsonNode entry : entries(delta)) {
            ChatCall call = calls.of(entry, () -> items++);
            String piece = call.piece(entry);
            if (!piece.isEmpty()) {
                sink.delta(new Delta(call.outputIndex, "arguments", piece, seq));
            }
        }
    }

    /** Adds a complete message, of a server that does not stream, or at the end of a stream. */
    void whole(JsonNode message) {
        fields(message).forEach((kind, text) -> text(kind).whole(text));
        calls.whole(entries(message), () -> items++);
    }

    private ChatText text(String kind) {
        return texts.computeIfAbsent(kind, begun -> new ChatText(items++));
    }

    /** The texts of a message or delta by kind; those that are empty are left out. */
    private Map<String, String> fields(JsonNode message) {
        Map<String, StringBuilder> found = new LinkedHashMap<>();
        for (String field : REASONING_FIELDS) {
            if (found.isEmpty() && !message.path(field).asText("").isEmpty()) {
                add(found, REASONING, message.path(field).asText());
                reasoningField = texts.containsKey(REASONING) ? reasoningField : field;
            }
        }
        message.path(DETAILS).forEach(details::add);
        content(found, message.path("content"));
        add(found, REFUSAL, message.path(REFUSAL).asText(""));
        Map<String, String> texts = new LinkedHashMap<>();
        found.forEach((kind, text) -> texts.put(kind, text.toString()));
        return texts;
    }

    /** The content is a text, or an array of parts. */
    private static void content(Map<String, StringBuilder> found, JsonNode content) {
        add(found, TEXT, content.asText(""));
        for (JsonNode part : content) {
            add(found, TEXT, part.asText(""));
            add(found, TEXT, part.path(TEXT).asText(""));
            add(found, REFUSAL, part.path(REFUSAL).asText(""));
            add(found, REASONING, part.path("thinking").asText(""));
            part.path("thinking")
                    .forEach(thought -> add(found, REASONING, thought.path(TEXT).asText("")));
        }
    }

    private static void add(Map<String, StringBuilder> found, String kind, String text) {
        if (!text.isEmpty()) {
            found.computeIfAbsent(kind, first -> new StringBuilder()).append(text);
        }
    }

    /** The calls of a message or delta; {@code function_call} is the older form of one. */
    private static Iterable<JsonNode> entries(JsonNode message) {
        JsonNode calls = message.path("tool_calls");
        if (calls.isObject()) {
            return List.of(calls);
        }
        JsonNode older = message.path("function_call");
        return calls.isEmpty() && older.isObject()
                ? List.of(JsonNodeFactory.instance.objectNode().set("function", older))
                : calls;
    }

    /** Reports the items. */
    void report() {
        TreeMap<Integer, OutputItem> ordered = new TreeMap<>();
        texts.forEach((kind, text) -> ordered.put(text.outputIndex, item(kind, text.text())));
        calls.all().forEach(call -> call.item().ifPresent(item -> ordered.put(call.outputIndex, item)));
        ordered.forEach((index, item) -> sink.item(index, item.item(), item.opaque()));
    }

    private OutputItem item(String kind, String text) {
        ModelItem item = switch (kind) {
            case REASONING -> new Reasoning(text);
            case REFUSAL -> new Refusal(text);
            default -> new Message(text);
        };
        return new OutputItem(item, item instanceof Reasoning ? Optional.of(opaque()) : Optional.empty());
    }

    private ObjectNode opaque() {
        ObjectNode opaque = JsonNodeFactory.instance.objectNode().put(FIELD, reasoningField);
        if (!details.isEmpty()) {
            opaque.set(DETAILS, details);
        }
        return opaque;
    }
}
