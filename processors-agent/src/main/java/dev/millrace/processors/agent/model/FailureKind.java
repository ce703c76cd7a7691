package dev.millrace.processors.agent.model;

import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The class of a failure; it decides whether a retry helps. The code of the provider is more exact than the status: a
 * 429 can mean "slow down" or "pay".
 *
 * @since 0.1
 */
public enum FailureKind {
    /** The account has no credit left; a retry does not help. */
    QUOTA(
            false,
            "insufficient_quota",
            "credit_balance_exhausted",
            "organization_spend_limit_exceeded",
            "project_spend_limit_exceeded",
            "organization_usage_limit_exceeded",
            "billing_hard_limit_reached",
            "billing_not_active",
            "billing_error",
            "insufficient_credits",
            "insufficient_balance"),
    /** The key is wrong or has no right. */
    AUTH(
            false,
            "invalid_api_key",
            "authentication_error",
            "permission_error",
            "permission_denied",
            "account_deactivated",
            "invalid_organization",
            "unsupported_country_region_territory"),
    /** Too many requests or tokens; slow down. */
    RATE_LIMIT(true, "rate_limit_exceeded", "rate_limit_error", "requests", "tokens", "too_many_requests"),
    /** The service has a problem of its own. */
    OVERLOADED(
            true,
            "server_error",
            "internal_server_error",
            "api_error",
            "overloaded",
            "overloaded_error",
            "server_overloaded",
            "service_unavailable",
            "slow_down",
            "vector_store_timeout"),
    /** The conversation is too long for the model. */
    CONTEXT_LENGTH(
            false,
            "context_length_exceeded",
            "model_context_window_exceeded",
            "exceed_context_size_error",
            "request_too_large"),
    /** The service refuses the content of the request. */
    INVALID_REQUEST(
            false,
            "invalid_prompt",
            "model_not_found",
            "unsupported_parameter",
            "unsupported_value",
            "invalid_value",
            "invalid_type",
            "missing_required_parameter",
            "content_policy_violation",
            "bio_policy",
            "data_residency_mismatch"),
    /** The response ended before its end was said. */
    TRUNCATED(true, "request_timeout", "timeout_error", "stream_truncated"),
    /** The service could not be reached. */
    NETWORK(true),
    /** Each of the allowed requests was lost with its process. */
    RETRIES_EXHAUSTED(true),
    /** The model answered, but the service refused to store a part of the answer. */
    NOT_RECORDED(false),
    /** None of the others. */
    UNKNOWN(false);

    /** Words of proxies that report an error in a body or a stream that began with 200. */
    private static final List<String> PROXY_ERRORS = List.of(
            "bad gateway",
            "service unavailable",
            "temporarily unavailable",
            "gateway time",
            "internal server error",
            "upstream connect error",
            "upstream request timeout",
            "no healthy upstream");

    private final boolean retryable;
    private final Set<String> codes;

    FailureKind(boolean retryable, String... codes) {
        this.retryable = retryable;
        this.codes = Set.of(codes);
    }

    /** Whether the same request may succeed later. */
    public boolean isRetryable() {
        return retryable;
    }

    /** The name in events: lower case, with hyphens. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Classifies a failure by code, then type, then words of the message (some servers send no code), then status.
     * {@code status} is 0 if the failure was inside a stream.
     */
    public static FailureKind of(String code, String type, String message, int status) {
        FailureKind byCode = byCode(code);
        if (byCode == UNKNOWN) {
            byCode = byCode(type);
        }
        boolean isVague = byCode == UNKNOWN || byCode == OVERLOADED; // llama.cpp has one type for all of its own errors
        if (!isVague) {
            return byCode;
        }
        String words = message.toLowerCase(Locale.ROOT);
        if (words.contains("exceeded your current quota")
                || words.contains("insufficient credit")
                || words.contains("credit balance is too low")) {
            return QUOTA;
        }
        if (status != 429 && ContextOverflow.isSaidIn(message)) {
            return CONTEXT_LENGTH;
        }
        if (byCode != UNKNOWN) {
            return byCode;
        }
        FailureKind byStatus = byStatus(status);
        if (byStatus != UNKNOWN) {
            return byStatus;
        }
        if (type.equals("invalid_request_error")) {
            return INVALID_REQUEST;
        }
        return words.contains("too many requests")
                ? RATE_LIMIT
                : PROXY_ERRORS.stream().anyMatch(words::contains) ? OVERLOADED : UNKNOWN;
    }

    private static FailureKind byCode(String code) {
        for (FailureKind candidate : values()) {
            if (candidate.codes.contains(code)) {
                return candidate;
            }
        }
        return UNKNOWN;
    }

    private static FailureKind byStatus(int status) {
        return switch (status) {
            case 401, 403 -> AUTH;
            case 402 -> QUOTA;
            case 408, 409 -> OVERLOADED;
            case 429 -> RATE_LIMIT;
            default -> status >= 500 ? OVERLOADED : status >= 300 ? INVALID_REQUEST : UNKNOWN;
        };
    }
}
