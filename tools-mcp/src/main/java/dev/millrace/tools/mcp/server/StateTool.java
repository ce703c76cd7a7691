package dev.millrace.tools.mcp.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.core.StreamState;
import io.modelcontextprotocol.spec.McpSchema.ToolAnnotations;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads the state of a stream. */
final class StateTool implements StreamTool {
    private static final int BYTES = 50_000;
    private static final int MOST_CHILDREN = 200;

    private final StreamScope scope;

    StateTool(StreamScope scope) {
        this.scope = scope;
    }

    @Override
    public String name() {
        return "state";
    }

    @Override
    public String description() {
        return "Reads the state of a stream, computed from all its events, as JSON: the number of its events, the streams"
                + " directly below it (childPaths), its metadata, and the state of each processor that the service runs"
                + " on it, for example of an agent. It changes nothing.";
    }

    @Override
    public String schema() {
        return """
                {"type": "object", "additionalProperties": false, "properties": {
                  %s,
                  "processor": {"type": "string",
                    "description": "Only the state of this processor, for example agent. Default: all."}}}
                """.formatted(scope.pathProperty());
    }

    @Override
    public ToolAnnotations hints() {
        return ToolAnnotations.builder()
                .title("Read the state of a stream")
                .readOnlyHint(true)
                .openWorldHint(false)
                .build();
    }

    @Override
    public String call(ToolArguments arguments) {
        StreamPath path = scope.path(arguments);
        Optional<String> processor = arguments.text("processor");
        scope.requireExisting(path, name());
        StreamState state = scope.blocking().state(path);
        return processor.map(name -> part(state, name)).orElseGet(() -> whole(state));
    }

    private static String part(StreamState state, String name) {
        JsonNode part = state.processors().get(name);
        if (part == null) {
            throw new IllegalArgumentException("there is no processor '" + name + "' on " + state.path() + "; it has "
                    + state.processors().keySet());
        }
        String text = text(part);
        int bytes = CutText.bytes(text);
        return bytes <= BYTES
                ? text
                : CutText.of(text, BYTES) + "\nThe state has " + bytes + " bytes and was cut; read the events instead.";
    }

    private static String whole(StreamState state) {
        ObjectNode json = JsonNodeFactory.instance
                .objectNode()
                .put("path", state.path().value())
                .put("eventCount", state.eventCount());
        ArrayNode children = json.putArray("childPaths");
        state.childPaths().stream().limit(MOST_CHILDREN).forEach(child -> children.add(child.value()));
        if (state.childPaths().size() > MOST_CHILDREN) {
            json.put("childPathsLeftOut", state.childPaths().size() - MOST_CHILDREN);
        }
        json.set("metadata", state.metadata());
        ObjectNode processors = json.putObject("processors");
        state.processors().forEach(processors::set);
        String text = text(json);
        if (CutText.bytes(text) <= BYTES) {
            return text;
        }
        Map<String, Integer> sizes = new TreeMap<>();
        state.processors().forEach((name, part) -> sizes.put(name, CutText.bytes(text(part))));
        json.set("processors", JsonCodec.toTree(sizes));
        return CutText.of(text(json), BYTES)
                + "\nThe whole state is too large; processors has the size of each part in bytes. Ask for one processor.";
    }

    private static String text(JsonNode json) {
        return JsonCodec.writeText(JsonCodec.toWellFormed(json));
    }
}
