package dev.millrace.processors.agent;

import dev.millrace.processors.agent.model.Usage;

/**
 * The tokens of all requests of an agent that have ended.
 *
 * @param requests the number of requests
 * @param estimated how many of them have only an estimate
 * @param inputTokens the tokens of all prompts
 * @param outputTokens the tokens of all responses
 * @param cachedInputTokens the tokens of prompts that came from the provider's cache, as far as it told
 * @param reasoningTokens the tokens of responses that are reasoning, as far as the provider told
 * @since 0.1
 */
public record UsageTotals(
        long requests,
        long estimated,
        long inputTokens,
        long outputTokens,
        long cachedInputTokens,
        long reasoningTokens) {
    static final UsageTotals NONE = new UsageTotals(0, 0, 0, 0, 0, 0);

    UsageTotals plus(Usage usage) {
        return new UsageTotals(
                requests + 1,
                estimated + (usage.estimated() ? 1 : 0),
                inputTokens + usage.inputTokens(),
                outputTokens + usage.outputTokens(),
                cachedInputTokens + usage.cachedInputTokens().orElse(0L),
                reasoningTokens + usage.reasoningTokens().orElse(0L));
    }
}
