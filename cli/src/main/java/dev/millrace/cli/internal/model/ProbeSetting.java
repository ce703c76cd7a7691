package dev.millrace.cli.internal.model;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.model.Prompt;
import dev.millrace.processors.agent.model.PromptPart;
import dev.millrace.processors.agent.model.ToolDefinition;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;

/** What the prompt of an agent can have besides a question. */
enum ProbeSetting {
    INSTRUCTIONS("instructions"),
    TOOLS("tools"),
    REASONING_EFFORT("reasoning effort"),
    TEMPERATURE("temperature"),
    MAX_OUTPUT_TOKENS("maximum of tokens"),
    NOTES("notes between messages");

    /** The schema allows strict tools. */
    private static final String SCHEMA = "{\"type\":\"object\",\"properties\":{\"word\":{\"type\":\"string\"}},"
            + "\"required\":[\"word\"],\"additionalProperties\":false}";

    private final String title;

    ProbeSetting(String title) {
        this.title = title;
    }

    /** The name for a person. */
    String title() {
        return title;
    }

    /** A question with these settings, without what the server refused before. */
    static Prompt prompt(String model, String wire, Collection<ProbeSetting> settings, Set<String> unsupported) {
        Prompt.Builder prompt = Prompt.builder();
        prompt.model(model).wire(wire).unsupported(unsupported).addParts(message("user", "Are you there?"));
        settings.forEach(setting -> setting.addTo(prompt));
        return prompt.build();
    }

    private void addTo(Prompt.Builder prompt) {
        switch (this) {
            case INSTRUCTIONS -> prompt.instructions("You answer with one word.");
            case TOOLS ->
                prompt.addTools(new ToolDefinition("find_word", Optional.of("Finds a word."), JsonCodec.parse(SCHEMA)));
            case REASONING_EFFORT -> prompt.reasoningEffort("low");
            case TEMPERATURE -> prompt.temperature(new BigDecimal("0.5")); // some models take only their default, 1
            case MAX_OUTPUT_TOKENS -> prompt.maxOutputTokens(200);
            case NOTES -> prompt.addParts(message("developer", "The user is in a hurry."), message("user", "Well?"));
        }
    }

    private static PromptPart message(String role, String text) {
        return new PromptPart.Input(role, TextNode.valueOf(text));
    }
}
