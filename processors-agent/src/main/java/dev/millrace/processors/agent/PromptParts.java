package dev.millrace.processors.agent;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.ModelItem.ToolCall;
import dev.millrace.processors.agent.model.OutputItem;
import dev.millrace.processors.agent.model.PromptPart;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Makes a conversation well-formed, so that every provider accepts it: see {@link PromptPart} for the guarantees. The
 * result for the first entries does not depend on later ones, so a longer conversation has a longer prompt with the same
 * beginning, and providers can cache it.
 */
final class PromptParts {
    static final String NO_TOOL = "There is no such tool here; the call was not executed.";

    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final int LONGEST_NAME = 64;
    private static final int LONGEST_NUMBER = 11;

    private final List<PromptPart> parts = new ArrayList<>();
    private final Set<String> callIds = new HashSet<>();

    /** The last number that made an id unique, by the beginning of the id: each number is tried once. */
    private final Map<String, Integer> numbers = new HashMap<>();

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
                results.add(new PromptPart.ToolResult(sent.callId(), NO_TOOL));
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
        String id = ID.matcher(call.callId()).matches() ? call.callId() : "call";
        String unused = id;
        while (!callIds.add(unused)) {
            String suffix = "_" + numbers.merge(beginning(id, LONGEST_NUMBER), 2, (last, first) -> last + 1);
            unused = beginning(id, suffix.length()) + suffix;
        }
        return new ToolCall(unused, name(call.name()), arguments(call.arguments()));
    }

    /** The id without its end, if it is needed for a suffix of this length. */
    private static String beginning(String id, int suffix) {
        return id.substring(0, Math.min(id.length(), LONGEST_NAME - suffix));
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
            if (JsonCodec.parse(text).isObject()) {
                return text;
            }
        } catch (IllegalArgumentException notJson) {
            // wrapped below
        }
        return JsonNodeFactory.instance.objectNode().put("text", text).toString();
    }
}
