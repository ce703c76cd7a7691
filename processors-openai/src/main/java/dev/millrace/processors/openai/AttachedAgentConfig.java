package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.openai.AgentEvent.LlmConfigUpdated;
import java.util.Set;
import java.util.TreeSet;

/**
 * A parser of the configuration in {@code processor-attached}. Each caller that may append can write it, so it cannot
 * set base URL or key.
 */
final class AttachedAgentConfig {
    private static final String PROMPT = "systemPrompt";
    private static final Set<String> FIELDS =
            Set.of(PROMPT, "model", "reasoningEffort", "maxOutputTokens", "temperature");

    private AttachedAgentConfig() {}

    static void apply(JsonNode config, OpenAiAgent.Builder builder) {
        Set<String> unknown = new TreeSet<>();
        config.fieldNames().forEachRemaining(unknown::add);
        unknown.removeAll(FIELDS);
        if (!unknown.isEmpty()) {
            throw new IllegalArgumentException("config of 'openai-agent' has unknown fields " + unknown + "; use "
                    + new TreeSet<>(FIELDS) + "; base URL and key belong to the settings of the server");
        }
        JsonNode prompt = config.path(PROMPT);
        if (!prompt.isMissingNode() && !prompt.isTextual()) {
            throw new IllegalArgumentException("config of 'openai-agent': systemPrompt must be a text");
        }
        if (prompt.isTextual()) {
            builder.systemPrompt(prompt.textValue());
        }
        try {
            builder.config(JsonCodec.fromTree(config, LlmConfigUpdated.class));
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException("config of 'openai-agent': " + wrong.getMessage(), wrong);
        }
    }
}
