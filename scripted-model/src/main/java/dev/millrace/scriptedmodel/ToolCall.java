package dev.millrace.scriptedmodel;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;

/**
 * A tool call of the scripted model.
 *
 * @param callId the id to which the output refers
 * @param name the tool; need not be one that the request offers
 * @param arguments JSON, or any other text that a model may produce; sent in pieces of eight characters
 * @since 0.1
 */
public record ToolCall(String callId, String name, String arguments) {
    /**
     * One call of {@code parallel}, a tool that no request offers, with the given calls in its arguments: a known mistake
     * of models of OpenAI. The ids of the given calls are not sent.
     *
     * @throws IllegalArgumentException if the arguments of a given call are not JSON
     */
    public static ToolCall parallel(String callId, ToolCall... calls) {
        ObjectNode arguments = JsonNodeFactory.instance.objectNode();
        ArrayNode uses = arguments.putArray("tool_uses");
        for (ToolCall call : calls) {
            uses.addObject()
                    .put("recipient_name", "functions." + call.name())
                    .set("parameters", JsonCodec.parse(call.arguments()));
        }
        return new ToolCall(callId, "parallel", JsonCodec.writeText(arguments));
    }
}
