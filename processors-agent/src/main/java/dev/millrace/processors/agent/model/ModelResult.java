package dev.millrace.processors.agent.model;

import java.util.Optional;

/**
 * The outcome of a request to a model.
 *
 * @since 0.1
 */
public sealed interface ModelResult permits ModelResult.Response, ModelFailure {
    /** The tokens, as far as the provider told them. */
    Optional<Usage> usage();

    /**
     * A response that the provider ended normally.
     *
     * @param responseId the id of the response, given by the provider
     * @param model the model that answered, as the provider calls it
     * @param incompleteReason why the provider ended it early, in its words; empty if it is complete
     * @param usage the tokens; empty if the provider said nothing
     * @since 0.1
     */
    record Response(
            Optional<String> responseId,
            Optional<String> model,
            Optional<String> incompleteReason,
            Optional<Usage> usage)
            implements ModelResult {}
}
