package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/** The outcome of a call to the model. */
sealed interface ModelCallResult permits ModelCallResult.Finished, RequestFailure {
    /** A response that the provider ended normally; it is complete if there is no {@code incompleteReason}. */
    record Finished(
            Optional<String> responseId,
            Optional<String> model,
            Optional<String> incompleteReason,
            Optional<JsonNode> usage)
            implements ModelCallResult {}
}
