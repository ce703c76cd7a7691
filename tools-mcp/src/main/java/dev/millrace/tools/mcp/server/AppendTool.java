package dev.millrace.tools.mcp.server;

import dev.millrace.core.AppendResult;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import io.modelcontextprotocol.spec.McpSchema.ToolAnnotations;
import java.util.Arrays;

/** Appends an event. */
final class AppendTool implements StreamTool {
    private final StreamScope scope;

    AppendTool(StreamScope scope) {
        this.scope = scope;
    }

    @Override
    public String name() {
        return "append";
    }

    @Override
    public String description() {
        return "Appends one event to a stream, and says its offset. Events are never changed or removed, and processors"
                + " may act on them: an agent answers, a schedule begins. It creates a stream that does not exist. Give a"
                + " key if you may repeat the call: a second append with the same key stores nothing. To talk to an"
                + " agent, use say.";
    }

    @Override
    public String schema() {
        return """
                {"type": "object", "additionalProperties": false, "required": ["type"], "properties": {
                  %s,
                  "type": {"type": "string", "description": "The type of the event, for example note-added."},
                  "payload": {"type": "object", "description": "The content of the event. Default: {}"},
                  "key": {"type": "string", "description":
                    "The idempotency key, unique in the stream: if an event has it already, nothing is appended."}}}
                """.formatted(scope.pathProperty());
    }

    /** Without a key, a second call appends a second event: so it is not idempotent. */
    @Override
    public ToolAnnotations hints() {
        return ToolAnnotations.builder()
                .title("Append an event")
                .readOnlyHint(false)
                .destructiveHint(false)
                .idempotentHint(false)
                .openWorldHint(true)
                .build();
    }

    @Override
    public String call(ToolArguments arguments) {
        StreamPath path = scope.path(arguments);
        String type = arguments
                .text("type")
                .orElseThrow(() -> new IllegalArgumentException("type is missing; give the type of the event"));
        EventInput.Builder input = EventInput.builder();
        input.type(type);
        arguments.object("payload").ifPresent(input::payload);
        arguments.text("key").ifPresent(input::idempotencyKey);
        return describe(path, type, scope.blocking().append(path, input.build()));
    }

    private static String describe(StreamPath path, String type, AppendResult stored) {
        String place = "offset " + stored.offset() + " of " + path;
        if (stored.replayed()) {
            return "Nothing was appended: the key is already stored at " + place
                    + (stored.diverged() ? ", with different content; to append yours, use another key." : ".");
        }
        String storedType = stored.event().type();
        if (BuiltInType.INVALID_EVENT_APPENDED.matches(storedType)
                && !BuiltInType.INVALID_EVENT_APPENDED.matches(type)) {
            throw new ToolFailure(
                    "INVALID_EVENT",
                    "the event breaks a rule, and was stored as " + storedType + " at " + place + "; "
                            + stored.event().payloadJson().path("error").asText()
                            + "; correct it and append it again");
        }
        return "Appended " + storedType + " at " + place + ", at "
                + JsonCodec.time(stored.event().createdAt()) + "." + hint(storedType);
    }

    private static String hint(String type) {
        return Arrays.stream(BuiltInType.values())
                .filter(builtIn -> builtIn.eventType().shortName().equals(type)
                        && !builtIn.type().equals(type))
                .findFirst()
                .map(builtIn -> " It is a type of your own, without an effect on the stream; the built-in type is "
                        + builtIn.type() + ".")
                .orElse("");
    }
}
