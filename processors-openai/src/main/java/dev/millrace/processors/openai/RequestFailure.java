package dev.millrace.processors.openai;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The reason why a request failed. Contains no secrets.
 *
 * @param kind the class of the failure
 * @param code the code of the provider
 * @param status the HTTP status if it was not a success
 * @param message a description of bounded length
 * @param providerRequestId the id of the request, given by the provider
 * @param retryable whether the same request may succeed later
 * @param retryAfter the delay that the provider asks for
 */
record RequestFailure(
        FailureKind kind,
        Optional<String> code,
        OptionalInt status,
        String message,
        Optional<String> providerRequestId,
        boolean retryable,
        Optional<Duration> retryAfter)
        implements ModelCallResult {
    static RequestFailure of(FailureKind kind, String message) {
        return new RequestFailure(
                kind,
                Optional.empty(),
                OptionalInt.empty(),
                message,
                Optional.empty(),
                kind.retryable(),
                Optional.empty());
    }

    /**
     * The same failure with the request id of the provider, and without the key, which the provider may have repeated.
     */
    RequestFailure about(Optional<String> requestId, ApiKey key) {
        return new RequestFailure(
                kind, code.map(key::redact), status, key.redact(message), requestId, retryable, retryAfter);
    }

    AgentEvent.RequestFailed asEvent(long requestId) {
        return new AgentEvent.RequestFailed(
                requestId,
                kind.wireName(),
                code,
                status.isPresent() ? Optional.of(status.getAsInt()) : Optional.empty(),
                message,
                providerRequestId,
                retryable);
    }
}
