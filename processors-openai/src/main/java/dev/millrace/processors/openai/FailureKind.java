package dev.millrace.processors.openai;

import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What kind of failure it is, which decides what helps. The provider's code says more than the status does: a 429 may
 * mean "slow down" or "pay".
 */
enum FailureKind {
    QUOTA(false),
    AUTH(false),
    RATE_LIMIT(true),
    OVERLOADED(true),
    CONTEXT_LENGTH(false),
    INVALID_REQUEST(false),
    TRUNCATED(true),
    NETWORK(true),
    RETRIES_EXHAUSTED(true),
    /** The model answered, but the log refused a part of the answer. */
    NOT_RECORDED(false),
    UNKNOWN(false);

    private static final Map<FailureKind, Set<String>> CODES = Map.of(
            QUOTA,
            Set.of(
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
            AUTH,
            Set.of(
                    "invalid_api_key",
                    "authentication_error",
                    "permission_error",
                    "permission_denied",
                    "account_deactivated",
                    "invalid_organization",
                    "unsupported_country_region_territory"),
            RATE_LIMIT,
            Set.of("rate_limit_exceeded", "rate_limit_error", "requests", "tokens", "too_many_requests"),
            OVERLOADED,
            Set.of(
                    "server_error",
                    "internal_server_error",
                    "api_error",
                    "overloaded",
                    "overloaded_error",
                    "server_overloaded",
                    "service_unavailable",
                    "slow_down",
                    "vector_store_timeout"),
            CONTEXT_LENGTH,
            Set.of("context_length_exceeded", "model_context_window_exceeded", "request_too_large"),
            INVALID_REQUEST,
            Set.of(
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
            TRUNCATED,
            Set.of("request_timeout", "timeout_error", "stream_truncated"));

    private final boolean retryable;

    FailureKind(boolean retryable) {
        this.retryable = retryable;
    }

    /** Whether the same request may succeed later. */
    boolean retryable() {
        return retryable;
    }

    /** As events have it. */
    String wireName() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * Classifies by code, then by type, then by the words that some servers have instead of a code, then by status.
     *
     * @param status the HTTP status, or 0 when the failure came inside a stream
     */
    static FailureKind of(String code, String type, String message, int status) {
        FailureKind byCode = byCode(code);
        if (byCode == UNKNOWN) {
            byCode = byCode(type);
        }
        if (byCode != UNKNOWN) {
            return byCode;
        }
        String words = message.toLowerCase(Locale.ROOT);
        if (words.contains("exceeded your current quota") || words.contains("insufficient credit")) {
            return QUOTA;
        }
        if (words.contains("maximum context length") || words.contains("context window")) {
            return CONTEXT_LENGTH;
        }
        FailureKind byStatus = byStatus(status);
        return byStatus == UNKNOWN && type.equals("invalid_request_error") ? INVALID_REQUEST : byStatus;
    }

    private static FailureKind byCode(String code) {
        for (Map.Entry<FailureKind, Set<String>> entry : CODES.entrySet()) {
            if (entry.getValue().contains(code)) {
                return entry.getKey();
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
