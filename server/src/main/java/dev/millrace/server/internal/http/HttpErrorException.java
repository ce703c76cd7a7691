package dev.millrace.server.internal.http;

import dev.millrace.core.StreamException.Code;
import java.util.List;
import java.util.Map;

/** An exception that becomes an HTTP error answer. It has no stack trace. */
public final class HttpErrorException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final String CHALLENGE = "Bearer realm=\"millrace\"";

    private final int status;
    private final String code;
    private final Code reason;
    private final transient List<RequestProblem> issues;
    private final transient Map<String, String> headers;

    private HttpErrorException(
            int status,
            String code,
            Code reason,
            String message,
            List<RequestProblem> issues,
            Map<String, String> headers) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
        this.reason = reason;
        this.issues = issues;
        this.headers = headers;
    }

    private static HttpErrorException of(
            int status, String code, Code reason, String message, Map<String, String> headers) {
        return new HttpErrorException(status, code, reason, message, List.of(), headers);
    }

    public static HttpErrorException badRequest(String field, String message) {
        return new HttpErrorException(
                400, "BAD_REQUEST", Code.BAD_REQUEST, message, List.of(new RequestProblem(field, message)), Map.of());
    }

    public static HttpErrorException badRequest(String message, List<RequestProblem> issues) {
        return new HttpErrorException(400, "BAD_REQUEST", Code.BAD_REQUEST, message, List.copyOf(issues), Map.of());
    }

    public static HttpErrorException notFound(String message) {
        return of(404, "NOT_FOUND", Code.NOT_FOUND, message, Map.of());
    }

    /** The caller must send a token; {@code sent}: it has sent one that is not valid. */
    public static HttpErrorException unauthorized(String message, boolean sent) {
        String challenge = CHALLENGE + (sent ? ", error=\"invalid_token\"" : "");
        return of(401, "UNAUTHORIZED", Code.FORBIDDEN, message, Map.of("WWW-Authenticate", challenge));
    }

    /** A webhook that is not verified, on a stream that verifies webhooks. */
    public static HttpErrorException webhookUnverified(String message) {
        return of(401, "UNAUTHORIZED", Code.WEBHOOK_UNVERIFIED, message, Map.of("WWW-Authenticate", CHALLENGE));
    }

    /** The caller sends too many requests; it may try again after {@code seconds}. */
    public static HttpErrorException tooMany(String message, long seconds) {
        return of(429, "TOO_MANY_REQUESTS", Code.UNAVAILABLE, message, Map.of("Retry-After", Long.toString(seconds)));
    }

    static HttpErrorException forbidden(String message) {
        return of(403, "FORBIDDEN", Code.FORBIDDEN, message, Map.of());
    }

    /** The request is part of a chain of reactions that is too long; the same request fails again. */
    static HttpErrorException loop(String message) {
        return of(508, "LOOP_DETECTED", Code.FORBIDDEN, message, Map.of());
    }

    static HttpErrorException methodNotAllowed(String method, String allow, String message) {
        String text = method + " is not allowed here; " + message;
        return of(405, "METHOD_NOT_ALLOWED", Code.BAD_REQUEST, text, Map.of("Allow", allow));
    }

    public static HttpErrorException notAcceptable(String message) {
        return of(406, "NOT_ACCEPTABLE", Code.BAD_REQUEST, message, Map.of());
    }

    public static HttpErrorException tooLarge(String message) {
        return of(413, "PAYLOAD_TOO_LARGE", Code.TOO_LARGE, message, Map.of());
    }

    /** A body in an unsupported format; the headers name the supported ones. */
    static HttpErrorException unsupported(String message, Map<String, String> headers) {
        return of(415, "UNSUPPORTED_MEDIA_TYPE", Code.BAD_REQUEST, message, headers);
    }

    /** A body of another content type than {@code accepted}. */
    public static HttpErrorException wrongType(String message, String accepted) {
        return unsupported(message, Map.of("Accept-Post", accepted));
    }

    public static HttpErrorException unavailable(String message) {
        return of(503, "SERVICE_UNAVAILABLE", Code.UNAVAILABLE, message, Map.of());
    }

    /** The server has no room for the request now; it may be sent again after {@code seconds}. */
    public static HttpErrorException busy(String message, long seconds) {
        return of(503, "SERVICE_UNAVAILABLE", Code.UNAVAILABLE, message, Map.of("Retry-After", Long.toString(seconds)));
    }

    /** The request did not arrive as a whole; nothing was done, and the caller sends it again. */
    static HttpErrorException incomplete(String message) {
        return of(408, "REQUEST_TIMEOUT", Code.UNAVAILABLE, message, Map.of("Retry-After", "1", "Connection", "close"));
    }

    public int status() {
        return status;
    }

    String code() {
        return code;
    }

    /** The reason code for programs; several statuses may share one. */
    Code reason() {
        return reason;
    }

    public List<RequestProblem> issues() {
        return issues;
    }

    public Map<String, String> headers() {
        return headers;
    }
}
