package dev.millrace.processors.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.ModelItem.ToolCall;
import dev.millrace.processors.agent.model.OutputItem;
import dev.millrace.processors.agent.model.PromptPart;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes a conversation well-formed, so that every provider accepts it: see {@link PromptPart} for the guarantees. The
 * result for the first entries does not depend on later ones, so a longer conversation has a longer prompt with the same
 * beginning, and providers can cache it.
 */
final class PromptParts {
    private static final int LONGEST_NAME = 64;

    private final List<PromptPart> parts = new ArrayList<>();
    private final CallIds callIds = new CallIds();

    private PromptParts() {}

    static List<PromptPart> of(List<Transcript.Entry> entries) {
        PromptParts made = new PromptParts();
        entries.forEach(made::add);
        return made.parts;
    }

    private void add(Transcript.Entry entry) {
        if (!(entry.part() instanceof PromptPart.Output output)) {
            parts.add(entry.part());
            return;
        }
        List<OutputItem> items = new ArrayList<>();
        List<PromptPart> results = new ArrayList<>();
        for (OutputItem item : output.items()) {
            if (item.item() instanceof ToolCall call) {
                ToolCall sent = wellFormed(call);
                items.add(new OutputItem(sent, item.opaque()));
                String result = entry.results().getOrDefault(call.callId(), CallResult.NOT_RUN);
                results.add(new PromptPart.ToolResult(sent.callId(), result));
            } else if (!isBlank(item.item())) {
                items.add(item);
            }
        }
        if (!items.isEmpty()) {
            parts.add(new PromptPart.Output(output.origin(), items));
            parts.addAll(results);
        }
    }

    private static boolean isBlank(ModelItem item) {
        return (item instanceof ModelItem.Message message && message.text().isBlank())
                || (item instanceof ModelItem.Refusal refusal && refusal.text().isBlank());
    }

    private ToolCall wellFormed(ToolCall call) {
        return new ToolCall(callIds.unique(call.callId()), name(call.name()), arguments(call.arguments()));
    }

    private static String name(String name) {
        String allowed = name.replaceAll("[^A-Za-z0-9_-]", "_");
        return allowed.isEmpty() ? "unnamed" : allowed.substring(0, Math.min(allowed.length(), LONGEST_NAME));
    }

    /** Arguments as a JSON object; other text becomes the value of one field. */
    private static String arguments(String text) {
        if (text.isBlank()) {
            return "{}";
        }
        try {
            JsonNode arguments = JsonCodec.parse(text);
            if (arguments.isObject()) {
                JsonNode sent = JsonCodec.toWellFormed(arguments); // half surrogate pairs can be escaped in the text
                return sent.equals(arguments) ? text : JsonCodec.writeText(sent);
            }
        } catch (IllegalArgumentException notJson) {
            // wrapped below
        }
        return JsonNodeFactory.instance.objectNode().put("text", text).toString();
    }
}
