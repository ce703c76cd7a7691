package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.processors.agent.model.Model;
import dev.millrace.processors.agent.model.OutputItem;
import dev.millrace.processors.agent.model.Prompt;
import dev.millrace.processors.agent.model.PromptPart;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The body of a request to the Responses API: a pure function of the prompt. A longer conversation adds items at the end of the input. */
final class ResponsesRequestBody {
    private ResponsesRequestBody() {}

    static ObjectNode of(Prompt prompt, Model model) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("model", prompt.model()).put("stream", true).put(OptionalParameters.STORE, false);
        body.putObject(OptionalParameters.STREAM_OPTIONS).put("include_obfuscation", false);
        body.putArray(OptionalParameters.INCLUDE).add("reasoning.encrypted_content");
        prompt.instructions().ifPresent(text -> body.put("instructions", text));
        prompt.reasoningEffort()
                .ifPresent(
                        effort -> body.putObject(OptionalParameters.REASONING).put("effort", effort));
        prompt.maxOutputTokens().ifPresent(most -> body.put(OptionalParameters.MAX_OUTPUT_TOKENS, most));
        prompt.temperature().ifPresent(value -> body.put(OptionalParameters.TEMPERATURE, value));
        ArrayNode tools = FunctionTools.of(prompt);
        if (!tools.isEmpty()) {
            body.set("tools", tools);
        }
        body.set("input", input(prompt, model));
        OptionalParameters.leaveOut(body, prompt.unsupported());
        return body;
    }

    private static ArrayNode input(Prompt prompt, Model model) {
        ArrayNode input = JsonNodeFactory.instance.arrayNode();
        Set<String> customCalls = new HashSet<>();
        Set<String> ids = new HashSet<>();
        for (PromptPart part : prompt.parts()) {
            if (part instanceof PromptPart.Input message) {
                input.add(InputMessage.of(message, prompt.unsupported()));
            } else if (part instanceof PromptPart.Output output) {
                boolean same = output.origin().is(model, prompt) && areNew(output, ids);
                List<ObjectNode> items = OutputItems.replay(output.items(), same);
                for (ObjectNode item : items) {
                    if (prompt.unsupported().contains(OptionalParameters.itemsOf(item))) {
                        continue;
                    }
                    if (item.path("type").asText().equals("custom_tool_call")) {
                        customCalls.add(item.path("call_id").asText());
                    }
                    input.add(item);
                }
            } else if (part instanceof PromptPart.ToolResult result) {
                input.addObject()
                        .put(
                                "type",
                                customCalls.contains(result.callId())
                                        ? "custom_tool_call_output"
                                        : "function_call_output")
                        .put("call_id", result.callId())
                        .put("output", result.text());
            }
        }
        return input;
    }

    /** Whether no item has an id that the request already has; a service refuses a request with an id twice. */
    private static boolean areNew(PromptPart.Output output, Set<String> ids) {
        boolean areNew = true;
        for (OutputItem item : output.items()) {
            String id =
                    item.opaque().map(opaque -> opaque.path("id").asText("")).orElse("");
            areNew &= id.isEmpty() || ids.add(id);
        }
        return areNew;
    }
}
