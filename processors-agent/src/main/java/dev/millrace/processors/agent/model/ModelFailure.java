package dev.millrace.processors.agent.model;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;

/**
 * The reason why a request failed. It contains no secrets. Immutable.
 *
 * @param kind the class of the failure
 * @param code the code of the provider
 * @param status the HTTP status if it was not a success
 * @param message a description of bounded length
 * @param providerRequestId the id of the request, given by the provider
 * @param retryable whether the same request may succeed later
 * @param retryAfter the delay that the provider asks for
 * @param usage the tokens; empty if the provider said nothing
 * @param unsupportedParameter a parameter of the request that the service does not know and that the {@link Model} can
 *     leave out; see {@link Prompt#unsupported}
 * @since 0.1
 */
public record ModelFailure(
        FailureKind kind,
        Optional<String> code,
        OptionalInt status,
        String message,
        Optional<String> providerRequestId,
        boolean retryable,
        Optional<Duration> retryAfter,
        Optional<Usage> usage,
        Optional<String> unsupportedParameter)
        implements ModelResult {
    /** A failure of a class, with the default of the class for {@code retryable}. */
    public static ModelFailure of(FailureKind kind, String message) {
        return new ModelFailure(
                kind,
                Optional.empty(),
                OptionalInt.empty(),
                message,
                Optional.empty(),
                kind.isRetryable(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());
    }

    /** The same failure with a code of the provider and an HTTP status. */
    public ModelFailure with(Optional<String> newCode, OptionalInt newStatus) {
        return new ModelFailure(
                kind,
                newCode,
                newStatus,
                message,
                providerRequestId,
                retryable,
                retryAfter,
                usage,
                unsupportedParameter);
    }

    /** The same failure with another message. */
    public ModelFailure withMessage(String newMessage) {
        return new ModelFailure(
                kind, code, status, newMessage, providerRequestId, retryable, retryAfter, usage, unsupportedParameter);
    }

    /** The same failure with the retry that the provider wishes. */
    public ModelFailure withRetry(boolean newRetryable, Optional<Duration> newRetryAfter) {
        return new ModelFailure(
                kind,
                code,
                status,
                message,
                providerRequestId,
                newRetryable,
                newRetryAfter,
                usage,
                unsupportedParameter);
    }

    /** The same failure with the tokens that it cost. */
    public ModelFailure withUsage(Optional<Usage> newUsage) {
        return new ModelFailure(
                kind, code, status, message, providerRequestId, retryable, retryAfter, newUsage, unsupportedParameter);
    }

    /** The same failure with a parameter that the service does not know. */
    public ModelFailure withUnsupportedParameter(Optional<String> parameter) {
        return new ModelFailure(
                kind, code, status, message, providerRequestId, retryable, retryAfter, usage, parameter);
    }

    /** The same failure with the request id of the provider; {@code redact} removes secrets from its texts. */
    public ModelFailure about(Optional<String> requestId, UnaryOperator<String> redact) {
        return new ModelFailure(
                kind,
                code.map(redact),
                status,
                redact.apply(message),
                requestId,
                retryable,
                retryAfter,
                usage,
                unsupportedParameter);
    }
}
