package dev.millrace.processors.agent;

import dev.millrace.processors.agent.AgentEvent.LlmConfigUpdated;
import dev.millrace.processors.agent.AgentEvent.RequestScheduled;
import dev.millrace.processors.agent.model.Model;
import dev.millrace.processors.agent.model.Origin;
import dev.millrace.processors.agent.model.Prompt;
import java.util.ArrayList;
import java.util.List;
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

    /** Whether other programs answer the next request. */
    boolean isExternal(AgentState state, Model model) {
        return origin(state, model).wire().filter(Model.EXTERNAL::equals).isPresent();
    }

    /** The request for another program. It names the events of which {@link #prompt} makes the prompt. */
    RequestScheduled scheduled(Transcript conversation, AgentState state, Model model) {
        LlmConfigUpdated asked = config.with(conversation.config());
        List<Long> prompt = new ArrayList<>();
        if (state.systemPrompt() > 0) {
            prompt.add(state.systemPrompt());
        }
        conversation.entries().forEach(entry -> prompt.addAll(entry.offsets()));
        return new RequestScheduled(
                state.inputThrough(),
                origin(state, model).model(),
                state.attempts() + 1,
                prompt,
                conversation.offers(),
                conversation.systemPrompt().isPresent() ? Optional.empty() : systemPrompt,
                asked.reasoningEffort(),
                asked.maxOutputTokens(),
                asked.temperature());
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
