package dev.millrace.processors.agent.model;

import dev.millrace.core.MillraceStyle;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.immutables.value.Value;

/**
 * All that a model is asked, in a form that is the same for every provider. Immutable.
 *
 * @since 0.1
 */
@Value.Immutable
@MillraceStyle
public interface Prompt {
    /** The id of the model. */
    String model();

    /** The protocol in which the model is asked, one of {@link Model#wires()}; empty for the first of them. */
    Optional<String> wire();

    /** The system prompt. */
    Optional<String> instructions();

    /** The effort of a reasoning model, in the words of the provider. */
    Optional<String> reasoningEffort();

    /** The maximum number of tokens of the response, reasoning included. */
    Optional<Integer> maxOutputTokens();

    /** The sampling temperature. */
    Optional<BigDecimal> temperature();

    /** The tools that the model may call, each name once; the order does not change when tools are added. */
    List<ToolDefinition> tools();

    /** The conversation, oldest first, with the guarantees of {@link PromptPart}. */
    List<PromptPart> parts();

    /**
     * Parameters of the provider that the service refused before and that the request must not have, for example {@code
     * include} or {@code temperature}.
     */
    Set<String> unsupported();

    /** The same prompt without one more parameter. */
    default Prompt without(String parameter) {
        return builder().from(this).addUnsupported(parameter).build();
    }

    static Builder builder() {
        return new Builder();
    }

    /** A builder of prompts. Not thread-safe. */
    class Builder extends ImmutablePrompt.Builder {
        Builder() {}
    }
}
