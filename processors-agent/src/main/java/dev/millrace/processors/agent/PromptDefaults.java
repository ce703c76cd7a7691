package dev.millrace.processors.agent;

import dev.millrace.processors.agent.AgentEvent.LlmConfigUpdated;
import dev.millrace.processors.agent.model.Model;
import dev.millrace.processors.agent.model.Origin;
import dev.millrace.processors.agent.model.Prompt;
import java.util.Optional;

/**
 * The defaults of an agent for what its log does not say.
 *
 * @param systemPrompt the system prompt
 * @param config the configuration
 */
record PromptDefaults(Optional<String> systemPrompt, LlmConfigUpdated config) {
    static final PromptDefaults NONE = new PromptDefaults(Optional.empty(), LlmConfigUpdated.none());

    /** Where the next request goes. */
    Origin origin(AgentState state, Model model) {
        LlmConfigUpdated asked = config.with(state.config());
        return new Origin(
                model.provider(),
                Optional.of(model.baseUrl()),
                asked.model().orElseGet(model::defaultModel),
                asked.wire().or(() -> model.wires().stream().findFirst()));
    }

    /** The prompt of a request to the model of {@code origin}. */
    Prompt prompt(Transcript conversation, Origin origin, AgentState state, Model model) {
        LlmConfigUpdated asked = config.with(conversation.config());
        Prompt.Builder prompt = Prompt.builder()
                .model(origin.model())
                .wire(origin.wire())
                .instructions(conversation.systemPrompt().or(() -> systemPrompt))
                .reasoningEffort(asked.reasoningEffort())
                .maxOutputTokens(asked.maxOutputTokens())
                .temperature(asked.temperature())
                .addAllTools(conversation.tools())
                .addAllParts(PromptParts.of(conversation.entries()));
        state.unsupported().stream()
                .filter(refused -> refused.baseUrl().equals(model.baseUrl())
                        && refused.model().equals(origin.model()))
                .forEach(refused -> prompt.addUnsupported(refused.parameter()));
        return prompt.build();
    }
}
