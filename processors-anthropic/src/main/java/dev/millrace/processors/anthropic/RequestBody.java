package dev.millrace.processors.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.processors.agent.model.Model;
import dev.millrace.processors.agent.model.Prompt;
import dev.millrace.processors.agent.model.PromptPart;
import java.util.List;
import java.util.Set;

/**
 * The body of a request: a pure function of the prompt. A longer conversation adds blocks at the end of the messages,
 * and moves the marks of the cache there.
 *
 * <p>The system prompt is the instructions and the inputs of the roles {@code system} and {@code developer} with which
 * the conversation begins. A later one becomes text of the user, because not every model accepts another role there.
 */
final class RequestBody {
    /**
     * The maximum of output tokens if the prompt has none. Reasoning counts, and newer models reason without being
     * asked, so a small number can leave no room for an answer; a large one is refused by models with a small context.
     */
    static final int MAX_TOKENS = 16_384;

    /** The same for a model that refuses {@link #MAX_TOKENS}. */
    static final int FEWER_TOKENS = 4_096;

    /** With the marks of the tools and the system prompt these are four, as many as the service allows. */
    private static final int MARKED_MESSAGES = 2;

    private RequestBody() {}

    static ObjectNode of(Prompt prompt, Model model) {
        Set<String> unsupported = prompt.unsupported();
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("model", prompt.model()).put("stream", true);
        body.put(
                OptionalParameters.MAX_TOKENS,
                prompt.maxOutputTokens()
                        .orElse(unsupported.contains(OptionalParameters.MAX_TOKENS) ? FEWER_TOKENS : MAX_TOKENS));
        prompt.reasoningEffort().ifPresent(effort -> {
            body.putObject(OptionalParameters.THINKING).put("type", "adaptive");
            body.putObject(OptionalParameters.OUTPUT_CONFIG).put("effort", effort(effort));
        });
        prompt.temperature().ifPresent(value -> body.put(OptionalParameters.TEMPERATURE, value));
        int begin = leadingInstructions(prompt.parts());
        ArrayNode system = system(prompt, prompt.parts().subList(0, begin));
        if (!system.isEmpty()) {
            body.set("system", system);
        }
        ArrayNode tools = ToolList.of(prompt);
        if (!tools.isEmpty()) {
            body.set("tools", tools);
        }
        ArrayNode messages = messages(prompt, model, begin);
        body.set("messages", messages);
        if (!unsupported.contains(OptionalParameters.CACHE_CONTROL)) {
            markLast(tools);
            markLast(system);
            markNewest(messages);
        }
        OptionalParameters.leaveOut(body, unsupported);
        return body;
    }

    /** The two lowest words of other providers mean the lowest effort here; all other words are sent as they are. */
    private static String effort(String effort) {
        return effort.equals("none") || effort.equals("minimal") ? "low" : effort;
    }

    /** The number of parts, from the first one, that belong to the system prompt. */
    private static int leadingInstructions(List<PromptPart> parts) {
        int count = 0;
        while (count < parts.size()
                && parts.get(count) instanceof PromptPart.Input input
                && (input.role().equals("system") || input.role().equals("developer"))) {
            count++;
        }
        return count;
    }

    private static ArrayNode system(Prompt prompt, List<PromptPart> leading) {
        ArrayNode system = JsonNodeFactory.instance.arrayNode();
        prompt.instructions().filter(text -> !text.isBlank()).ifPresent(text -> system.add(InputBlocks.text(text)));
        for (PromptPart part : leading) {
            if (part instanceof PromptPart.Input input) {
                InputBlocks.texts(input.content()).forEach(system::add);
            }
        }
        return system;
    }

    private static ArrayNode messages(Prompt prompt, Model model, int begin) {
        MessageList messages = new MessageList();
        boolean mayThink = !prompt.unsupported().contains(OptionalParameters.THINKING_BLOCKS);
        for (PromptPart part : prompt.parts().subList(begin, prompt.parts().size())) {
            if (part instanceof PromptPart.Input input) {
                String role = input.role().equals("assistant") ? MessageList.ASSISTANT : MessageList.USER;
                InputBlocks.of(input, prompt.unsupported()).forEach(block -> messages.add(role, block));
            } else if (part instanceof PromptPart.Output output) {
                boolean same = output.origin().is(model, prompt);
                OutputBlocks.replay(output.items(), same && mayThink)
                        .forEach(block -> messages.add(MessageList.ASSISTANT, block));
            } else if (part instanceof PromptPart.ToolResult result) {
                messages.add(MessageList.USER, toolResult(result));
            }
        }
        return messages.complete();
    }

    private static ObjectNode toolResult(PromptPart.ToolResult result) {
        ObjectNode block = JsonNodeFactory.instance.objectNode();
        block.put("type", "tool_result").put("tool_use_id", result.callId());
        return result.text().isBlank() ? block : block.put("content", result.text());
    }

    /**
     * Marks the newest two messages of the user. The first mark of these two is where the request before ended, so its
     * cache is found however many blocks have been added since; the service looks back over 20 blocks only.
     */
    private static void markNewest(ArrayNode messages) {
        int marks = 0;
        for (int i = messages.size() - 1; i >= 0 && marks < MARKED_MESSAGES; i--) {
            if (messages.path(i).path("role").asText().equals(MessageList.USER)) {
                markLast(messages.path(i).path("content"));
                marks++;
            }
        }
    }

    /** Asks the service to cache all up to the last of these blocks. */
    private static void markLast(JsonNode blocks) {
        if (blocks.path(blocks.size() - 1) instanceof ObjectNode last) {
            last.putObject(OptionalParameters.CACHE_CONTROL).put("type", "ephemeral");
        }
    }
}
