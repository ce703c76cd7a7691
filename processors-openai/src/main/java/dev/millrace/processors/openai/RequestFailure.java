package dev.millrace.processors.openai;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Why a request did not succeed. Holds nothing secret.
 *
 * @param kind what helps
 * @param code the provider's code
 * @param status the HTTP status when it was not a success
 * @param message in words, of bounded length
 * @param providerRequestId the provider's id of the request
 * @param retryable whether the same request may succeed later
 * @param retryAfter how long the provider asks to wait
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

    /** The same failure with the provider's id for it, and without the key that the provider may have repeated. */
    RequestFailure about(Optional<String> requestId, ApiKey key) {
        return new RequestFailure(
                kind, code.map(key::redact), status, key.redact(message), requestId, retryable, retryAfter);
    }

    /** The failure as an event. */
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
