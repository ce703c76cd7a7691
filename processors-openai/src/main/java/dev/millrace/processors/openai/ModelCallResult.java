package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** How a call to the model ended. */
sealed interface ModelCallResult permits ModelCallResult.Finished, RequestFailure {
    /**
     * The provider ended the response in order.
     *
     * @param responseId the provider's id
     * @param model the model that answered
     * @param incompleteReason why the response is incomplete; empty when it is complete
     * @param usage the tokens
     */
    record Finished(
            Optional<String> responseId,
            Optional<String> model,
            Optional<String> incompleteReason,
            Optional<JsonNode> usage)
            implements ModelCallResult {}
}
