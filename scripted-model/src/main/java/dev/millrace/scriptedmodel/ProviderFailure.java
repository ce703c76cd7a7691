package dev.millrace.scriptedmodel;

import java.util.Map;

/**
 * The error answers of a provider, in its words.
 *
 * @since 0.1
 */
public enum ProviderFailure {
    /** 400: the conversation is too long. A retry does not help. */
    CONTEXT_LENGTH_EXCEEDED(400, "invalid_request_error", "context_length_exceeded", Map.of()),
    /** 400: the model does not know a parameter. */
    UNSUPPORTED_PARAMETER(400, "invalid_request_error", "unsupported_parameter", Map.of()),
    /** 401: the key is wrong. */
    INVALID_API_KEY(401, "invalid_request_error", "invalid_api_key", Map.of()),
    /** 403: the key is not allowed here. */
    NOT_PERMITTED(403, "invalid_request_error", "unsupported_country_region_territory", Map.of()),
    /** 404: there is no such model. */
    MODEL_NOT_FOUND(404, "invalid_request_error", "model_not_found", Map.of()),
    /** 404: the previous response does not exist any more. */
    PREVIOUS_RESPONSE_NOT_FOUND(404, "invalid_request_error", "previous_response_not_found", Map.of()),
    /** 408: the request took too long. A retry may help. */
    REQUEST_TIMEOUT(408, "invalid_request_error", "request_timeout", Map.of()),
    /** 409: a resource is locked. A retry may help. */
    CONFLICT(409, "invalid_request_error", "lock_timeout", Map.of()),
    /** 413: the request is too large. */
    TOO_LARGE(413, "invalid_request_error", "request_too_large", Map.of()),
    /** 422: the request has no valid meaning. */
    UNPROCESSABLE(422, "invalid_request_error", "unprocessable_entity", Map.of()),
    /** 429: too many requests; the headers say how long to wait and what is left. */
    RATE_LIMITED(
            429,
            "requests",
            "rate_limit_exceeded",
            Map.of(
                    "retry-after-ms",
                    "20",
                    "x-ratelimit-limit-requests",
                    "60",
                    "x-ratelimit-remaining-requests",
                    "0",
                    "x-ratelimit-reset-requests",
                    "20ms")),
    /** 429: the quota is used up. A retry never helps. */
    QUOTA_EXHAUSTED(429, "insufficient_quota", "insufficient_quota", Map.of()),
    /** 500: an error of the provider. */
    SERVER_ERROR(500, "server_error", "server_error", Map.of()),
    /** 502, with an HTML page of a proxy instead of JSON. */
    BAD_GATEWAY(502, "", "", Map.of("Content-Type", "text/html")),
    /** 503: too many callers; the headers say how long to wait. */
    OVERLOADED(503, "server_error", "overloaded", Map.of("Retry-After", "1")),
    /** 504, with an empty body. */
    GATEWAY_TIMEOUT(504, "", "", Map.of("Content-Type", "text/plain")),
    /** 529: the form in which some providers report overload. */
    SITE_OVERLOADED(529, "overloaded_error", "overloaded_error", Map.of());

    private final int status;
    private final String type;
    private final String code;
    private final Map<String, String> headers;

    ProviderFailure(int status, String type, String code, Map<String, String> headers) {
        this.status = status;
        this.type = type;
        this.code = code;
        this.headers = headers;
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** The code in the body; empty if the body is no JSON. */
    public String code() {
        return code;
    }

    /** The reply with this error, in the form of the server. */
    public ModelReply reply() {
        ModelReply reply = switch (this) {
            case BAD_GATEWAY ->
                ModelReply.status(status, "<html><body><h1>502 Bad Gateway</h1></body></html>", Map.of());
            case GATEWAY_TIMEOUT -> ModelReply.status(status, "", Map.of());
            default -> ModelReply.failure(status, type, code, "The scripted model says " + code + ".");
        };
        for (Map.Entry<String, String> header : headers.entrySet()) {
            reply = reply.header(header.getKey(), header.getValue());
        }
        return reply;
    }
}
