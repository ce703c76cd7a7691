package dev.millrace.processors.agent.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ContextOverflowTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Your input exceeds the context window of this model. Please adjust your input and try again.",
                "This model's maximum context length is 128000 tokens. However, your messages resulted in 140000 tokens.",
                "prompt is too long: 213462 tokens > 200000 maximum",
                "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
                "Input is too long for requested model.",
                "The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).",
                "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
                "Please reduce the length of the messages or completion.",
                "prompt token count of 128123 exceeds the limit of 128000",
                "the request exceeds the available context size, try increasing it",
                "Context size has been exceeded.",
                "The number of tokens to keep from the initial prompt is greater than the context length",
                "Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens",
                "invalid params, context window exceeds limit (2013)",
                "Invalid request: Your request exceeded model token limit: 262144 (requested: 291351)",
                "Prompt contains 40000 tokens, too large for model with 32768 maximum context length",
                "prompt too long; exceeded max context length by 4 tokens",
                "The decoder prompt (length 5000) is longer than the maximum model length of 4096.",
                "The input (5000 tokens) is longer than the model's context length (4096 tokens).",
                "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4097. Given: 5000",
                "too many tokens: total number of tokens in the prompt cannot exceed 4081",
                "Range of input length should be [1, 30720]",
                "The prompt is too long: 9000, model maximum context length: 8192",
                "context_length_exceeded"
            })
    void should_know_what_services_say_of_a_conversation_that_is_too_long(String message) {
        assertThat(FailureKind.of("", "", message, 400)).isEqualTo(FailureKind.CONTEXT_LENGTH);
        assertThat(FailureKind.of("", "server_error", message, 500)).isEqualTo(FailureKind.CONTEXT_LENGTH);
        assertThat(FailureKind.of("invalid_request_error", "BadRequestError", message, 0))
                .isEqualTo(FailureKind.CONTEXT_LENGTH);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Too many tokens per minute, please wait",
                "max_tokens is too large: 200000",
                "The image is too long",
                "Request too large for model on tokens per minute (TPM): Limit 6000, Requested 7000"
            })
    void should_not_take_other_limits_for_it(String message) {
        assertThat(ContextOverflow.isSaidIn(message)).isFalse();
        assertThat(FailureKind.of("", "", message, 429)).isEqualTo(FailureKind.RATE_LIMIT);
    }
}
