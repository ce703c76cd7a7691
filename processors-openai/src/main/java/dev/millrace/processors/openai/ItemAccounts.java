package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.processors.agent.model.ModelItem.Reasoning;
import dev.millrace.processors.agent.model.OutputItem;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * All that a response says about one item: its pieces, its complete parts, the item when it is done, and the item in the
 * output at the end. Servers send each of them too early, shortened or empty; {@link AccountChoice} says which is the
 * item. Not thread-safe.
 */
final class ItemAccounts {
    private static final String TEXT = "text";
    private static final String REFUSAL = "refusal";
    private static final String REASONING = "reasoning";
    private static final String ARGUMENTS = "arguments";
    private static final String CUSTOM = "custom_tool_call";

    private final Map<String, TreeMap<Integer, Part>> parts = new HashMap<>();
    private @Nullable ObjectNode added;
    private @Nullable ObjectNode done;
    private @Nullable ObjectNode last;

    /** The pieces of one part, and what the server says that the whole part is. */
    private static final class Part {
        final StringBuilder pieces = new StringBuilder();
        String whole = "";

        String text() {
            return AccountChoice.text(List.of(whole, pieces.toString()));
        }
    }

    /** A piece of a kind of {@link dev.millrace.processors.agent.model.ModelSink.Delta}, at the end of a part. */
    void piece(String kind, int part, String text) {
        part(kind, part).pieces.append(text);
    }

    /** A complete part. */
    void part(String kind, int part, String text) {
        part(kind, part).whole = text;
    }

    private Part part(String kind, int part) {
        return parts.computeIfAbsent(kind, first -> new TreeMap<>()).computeIfAbsent(part, first -> new Part());
    }

    /** The item as it begins. */
    void added(ObjectNode item) {
        added = item;
    }

    /** The complete item; of several, the last one with a text. */
    void done(ObjectNode item) {
        if (done == null || !said(item).isEmpty()) {
            done = item;
        }
    }

    /** The item in the output of the response. */
    void last(ObjectNode item) {
        last = item;
    }

    boolean isDone() {
        return done != null;
    }

    /** The type of the item, in the words of the service. */
    String type() {
        ObjectNode item = newest();
        if (item != null) {
            return item.path("type").asText("message");
        }
        boolean isMessage = parts.containsKey(TEXT) || parts.containsKey(REFUSAL);
        return isMessage ? "message" : parts.containsKey(ARGUMENTS) ? "function_call" : REASONING;
    }

    /** The ids by which the output at the end may name the item. */
    Stream<String> ids() {
        ObjectNode item = newest();
        return item == null ? Stream.empty() : ids(item);
    }

    /** The ids of an item: its own, and that of its call. */
    static Stream<String> ids(ObjectNode item) {
        return Stream.of("call_id", "id")
                .map(field -> item.path(field).asText(""))
                .filter(id -> !id.isEmpty());
    }

    private @Nullable ObjectNode newest() {
        return last != null ? last : done != null ? done : added;
    }

    /** The item at the end of a response; empty if nothing was said of it that a later request could use. */
    Optional<OutputItem> atTheEnd() {
        ObjectNode newest = newest();
        boolean isSaid = last != null || done != null;
        return switch (type()) {
            case "message" -> Optional.ofNullable(message(newest, isSaid));
            case REASONING ->
                isSaid && newest != null ? Optional.of(reasoning(newest, joined(REASONING))) : Optional.empty();
            case "function_call", "mcp_call" -> newest == null ? Optional.empty() : call(newest, isSaid, ARGUMENTS);
            case CUSTOM -> newest == null ? Optional.empty() : call(newest, isSaid, "input");
            default -> isSaid && newest != null ? Optional.of(OutputItems.received(newest)) : Optional.empty();
        };
    }

    /** The item of a response that did not reach its end: only one that is done, and no part of which came after that. */
    Optional<OutputItem> ifWhole() {
        return done == null || said(done).length() < said().length() ? Optional.empty() : atTheEnd();
    }

    private @Nullable OutputItem message(@Nullable ObjectNode newest, boolean isSaid) {
        boolean isRefusal = isRefusal(newest);
        String text = AccountChoice.text(accounts());
        if (text.isEmpty() && !isSaid) {
            return null;
        }
        ObjectNode wire = newest == null ? JsonNodeFactory.instance.objectNode() : newest.deepCopy();
        wire.put("type", "message");
        if (!wire.has("role")) {
            wire.put("role", "assistant");
        }
        ObjectNode part = JsonNodeFactory.instance.objectNode();
        part.put("type", isRefusal ? REFUSAL : "output_text").put(isRefusal ? REFUSAL : TEXT, text);
        wire.putArray("content").add(part);
        return OutputItems.received(wire);
    }

    /** An account without a text does not say which kind of text it is. */
    private boolean isRefusal(@Nullable ObjectNode newest) {
        for (ObjectNode item : Stream.of(Optional.ofNullable(last), Optional.ofNullable(done))
                .flatMap(Optional::stream)
                .toList()) {
            if (!said(item).isEmpty()) {
                return hasRefusal(item);
            }
        }
        return !joined(REFUSAL).isEmpty() || (newest != null && hasRefusal(newest));
    }

    private static boolean hasRefusal(ObjectNode message) {
        for (JsonNode part : message.path("content")) {
            if (part.path("type").asText().equals(REFUSAL)) {
                return true;
            }
        }
        return false;
    }

    /** The opaque data stays as the service sent it: it is signed. */
    private static OutputItem reasoning(ObjectNode newest, String streamed) {
        OutputItem received = OutputItems.received(newest);
        String said = received.item() instanceof Reasoning thoughts ? thoughts.text() : "";
        return new OutputItem(new Reasoning(AccountChoice.text(List.of(said, streamed))), received.opaque());
    }

    private Optional<OutputItem> call(ObjectNode newest, boolean isSaid, String field) {
        ObjectNode wire = newest.deepCopy();
        String arguments =
                field.equals(ARGUMENTS) ? AccountChoice.arguments(accounts()) : AccountChoice.text(accounts());
        if (!isSaid && wire.path("name").asText("").isEmpty()) {
            return Optional.empty();
        }
        boolean isText = wire.path(field).isTextual()
                || wire.path(field).isMissingNode()
                || wire.path(field).isNull();
        if (isText && (!arguments.isEmpty() || !isSaid)) {
            wire.put(field, arguments);
        }
        return Optional.of(OutputItems.received(wire));
    }

    /** What each account says, the one with the most authority first. */
    private List<String> accounts() {
        List<String> accounts = new ArrayList<>();
        if (last != null) {
            accounts.add(said(last));
        }
        if (done != null) {
            accounts.add(said(done));
        }
        accounts.add(said());
        if (added != null) {
            accounts.add(said(added));
        }
        return accounts;
    }

    /** What an item says: the text of a message, or the arguments of a call. */
    private static String said(ObjectNode item) {
        StringBuilder said = new StringBuilder(item.path("content").asText(""));
        for (JsonNode part : item.path("content")) {
            said.append(part.path(TEXT).asText("")).append(part.path(REFUSAL).asText(""));
        }
        return item.path("type").asText("message").equals("message")
                ? said.toString()
                : item.path(ARGUMENTS).asText("") + item.path("input").asText("");
    }

    /** The same of the pieces and parts. */
    private String said() {
        return type().equals("message") ? joined(TEXT) + joined(REFUSAL) : joined(ARGUMENTS);
    }

    private String joined(String kind) {
        return parts.getOrDefault(kind, new TreeMap<>()).values().stream()
                .map(Part::text)
                .collect(Collectors.joining());
    }
}
