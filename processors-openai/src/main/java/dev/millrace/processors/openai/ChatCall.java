package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.model.ModelItem.ToolCall;
import dev.millrace.processors.agent.model.OutputItem;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A tool call of a chat completion while its pieces arrive. Not thread-safe. */
final class ChatCall {
    private static final String NO_ARGUMENTS = "{}";
    private static final Set<String> OWN_FIELDS = Set.of("index", "id", "type", "function");

    final int outputIndex;
    final int index;
    private final StringBuilder pieces = new StringBuilder();
    private final ObjectNode opaque = JsonNodeFactory.instance.objectNode();
    private String id = "";
    private String name = "";
    private String lastPiece = "";
    private String whole = "";

    ChatCall(int outputIndex, int index) {
        this.outputIndex = outputIndex;
        this.index = index;
    }

    String id() {
        return id;
    }

    /** Adds an entry of {@code tool_calls} of a delta. Returns the piece of the arguments in it. */
    String piece(JsonNode entry) {
        about(entry);
        String piece = arguments(entry);
        if (!piece.isEmpty()) {
            pieces.append(piece);
            lastPiece = piece;
        }
        return piece;
    }

    /** The call in a complete message. */
    void whole(JsonNode entry) {
        about(entry);
        whole = arguments(entry);
    }

    /** Id, name and fields of the vendor. Some servers repeat them in each piece, and some change the id. */
    private void about(JsonNode entry) {
        if (id.isEmpty()) {
            id = id(entry);
        }
        String more = name(entry);
        name = more.startsWith(name) ? more : name + more;
        entry.properties().forEach(field -> {
            if (!OWN_FIELDS.contains(field.getKey())) {
                opaque.set(field.getKey(), field.getValue());
            }
        });
    }

    /** Whether an entry without an index of its own, or with the index of this call, is about this call. */
    boolean continuedBy(JsonNode entry) {
        String otherId = id(entry);
        String otherName = name(entry);
        boolean isOther = !otherId.isEmpty() && !id.isEmpty() && !otherId.equals(id);
        if (otherName.isEmpty()) {
            return !isOther || !isWhole(); // ids that change with each piece come without a name
        }
        if (isOther) {
            return false;
        }
        if ((!otherId.isEmpty() && otherId.equals(id)) || name.isEmpty()) {
            return true;
        }
        // Without ids, this is a repeated name, or another call of the same tool.
        String more = arguments(entry);
        return otherName.equals(name) && (more.isBlank() || !isWhole() || more.contentEquals(pieces));
    }

    private boolean isWhole() {
        return pieces.length() > 0 && AccountChoice.isObject(pieces.toString());
    }

    /** The call as an item; empty if it says nothing. */
    Optional<OutputItem> item() {
        String arguments = arguments();
        if (name.isBlank() && arguments.isBlank()) {
            return Optional.empty();
        }
        return Optional.of(new OutputItem(
                new ToolCall(id, name, arguments), opaque.isEmpty() ? Optional.empty() : Optional.of(opaque)));
    }

    /** Some servers send all arguments again at the end, or begin with an empty object before the pieces. */
    private String arguments() {
        String streamed = pieces.toString();
        String later = streamed.startsWith(NO_ARGUMENTS) ? streamed.substring(NO_ARGUMENTS.length()) : streamed;
        return AccountChoice.arguments(List.of(whole, streamed, later, lastPiece));
    }

    static String id(JsonNode entry) {
        return entry.path("id").asText("").strip();
    }

    static String name(JsonNode entry) {
        return entry.path("function").path("name").asText("");
    }

    /** The arguments as a text; some servers send the object itself. */
    static String arguments(JsonNode entry) {
        JsonNode arguments = entry.path("function").path("arguments");
        return arguments.isContainerNode() ? JsonCodec.writeText(arguments) : arguments.asText("");
    }
}
