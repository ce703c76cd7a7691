package dev.millrace.processors.agent.model;

import java.util.Optional;

/**
 * The tokens of one request.
 *
 * @param inputTokens the tokens of the prompt, cached ones included
 * @param outputTokens the tokens of the response, reasoning included
 * @param cachedInputTokens the tokens of the prompt that came from the provider's cache
 * @param reasoningTokens the tokens of the response that are reasoning
 * @param estimated true if the provider said nothing and the numbers are computed from the length of the texts
 * @since 0.1
 */
public record Usage(
        long inputTokens,
        long outputTokens,
        Optional<Long> cachedInputTokens,
        Optional<Long> reasoningTokens,
        boolean estimated) {
    /** Characters of a usual text for each token. */
    private static final int CHARACTERS = 4;

    /** Numbers of the provider. */
    public static Usage of(long inputTokens, long outputTokens) {
        return new Usage(inputTokens, outputTokens, Optional.empty(), Optional.empty(), false);
    }

    /** An estimate from the lengths of the texts, in characters: four characters are about one token. */
    public static Usage estimated(long promptCharacters, long outputCharacters) {
        return new Usage(
                (promptCharacters + CHARACTERS - 1) / CHARACTERS,
                (outputCharacters + CHARACTERS - 1) / CHARACTERS,
                Optional.empty(),
                Optional.empty(),
                true);
    }
}
