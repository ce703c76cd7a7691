package dev.millrace.processors.agent;

import dev.millrace.processors.agent.model.ModelItem.ToolCall;
import dev.millrace.processors.agent.model.OutputItem;
import dev.millrace.processors.agent.model.Prompt;
import dev.millrace.processors.agent.model.PromptPart;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** The ids of tool calls that are in use. It makes a new one unique, because providers repeat ids. */
final class CallIds {
    private static final Pattern ID = Pattern.compile("[A-Za-z0-9_-]{1,64}");
    private static final int LONGEST = 64;
    private static final int LONGEST_NUMBER = 11;

    private final Set<String> used = new HashSet<>();

    /** The last number that made an id unique, by the beginning of the id: each number is tried once. */
    private final Map<String, Integer> numbers = new HashMap<>();

    /** The ids in a prompt. */
    static CallIds of(Prompt prompt) {
        CallIds ids = new CallIds();
        for (PromptPart part : prompt.parts()) {
            if (part instanceof PromptPart.Output output) {
                for (OutputItem item : output.items()) {
                    if (item.item() instanceof ToolCall call) {
                        ids.used.add(call.callId());
                    }
                }
            }
        }
        return ids;
    }

    /** The id itself if it is unused and has allowed characters only; else another one. It is then in use. */
    String unique(String wanted) {
        String id = ID.matcher(wanted).matches() ? wanted : "call";
        String unused = id;
        while (!used.add(unused)) {
            String suffix = "_" + numbers.merge(beginning(id, LONGEST_NUMBER), 2, (last, first) -> last + 1);
            unused = beginning(id, suffix.length()) + suffix;
        }
        return unused;
    }

    /** The id without its end, if it is needed for a suffix of this length. */
    private static String beginning(String id, int suffix) {
        return id.substring(0, Math.min(id.length(), LONGEST - suffix));
    }
}
