package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.processors.agent.model.Model;
import dev.millrace.processors.agent.model.Prompt;
import java.util.List;
import java.util.Set;

/**
 * The body of a request for a chat completion: a pure function of the prompt. A longer conversation adds messages at the
 * end.
 *
 * <p>The limit of tokens is {@code max_tokens}, which each server knows; one that ignores a field would ignore the limit.
 * Newer models of OpenAI refuse it; then it is {@code max_completion_tokens}.
 */
final class ChatRequestBody {
    private ChatRequestBody() {}

    static ObjectNode of(Prompt prompt, Model model) {
        Set<String> unsupported = prompt.unsupported();
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("model", prompt.model()).put("stream", true);
        body.putObject(OptionalParameters.STREAM_OPTIONS).put("include_usage", true);
        prompt.reasoningEffort().ifPresent(effort -> body.put(OptionalParameters.REASONING_EFFORT, effort));
        prompt.maxOutputTokens()
                .ifPresent(most -> body.put(
                        unsupported.contains(OptionalParameters.MAX_TOKENS)
                                ? OptionalParameters.MAX_COMPLETION_TOKENS
                                : OptionalParameters.MAX_TOKENS,
                        most));
        prompt.temperature().ifPresent(value -> body.put(OptionalParameters.TEMPERATURE, value));
        ArrayNode tools = tools(prompt);
        if (!tools.isEmpty()) {
            body.set("tools", tools);
            body.put(OptionalParameters.PARALLEL_TOOL_CALLS, true);
        }
        body.set("messages", ChatMessages.of(prompt, model));
        OptionalParameters.leaveOut(body, unsupported);
        return body;
    }

    /** The tools in the form of this wire. Here {@code strict} is false if it is not said, and many servers do not know it. */
    private static ArrayNode tools(Prompt prompt) {
        ArrayNode tools = JsonNodeFactory.instance.arrayNode();
        for (JsonNode tool : FunctionTools.of(prompt)) {
            ObjectNode function = tool.deepCopy();
            function.remove("type");
            if (!function.path(OptionalParameters.STRICT).asBoolean()) {
                function.remove(List.of(OptionalParameters.STRICT));
            }
            tools.addObject().put("type", "function").set("function", function);
        }
        return tools;
    }
}
