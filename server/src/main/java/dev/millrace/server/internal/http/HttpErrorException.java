package dev.millrace.server.internal.http;

import dev.millrace.core.StreamException.Code;
import java.util.List;
import java.util.Map;

/** A request that is answered with an error before it reaches the engine. Carries no stack trace: it is an answer. */
public final class HttpErrorException extends RuntimeException {
    private static final long serialVersionUID = 1L;

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

    /** The request itself is wrong, in one field. */
    public static HttpErrorException badRequest(String field, String message) {
        return new HttpErrorException(
                400, "BAD_REQUEST", Code.BAD_REQUEST, message, List.of(new RequestProblem(field, message)), Map.of());
    }

    /** The request itself is wrong, in several fields. */
    public static HttpErrorException badRequest(String message, List<RequestProblem> issues) {
        return new HttpErrorException(400, "BAD_REQUEST", Code.BAD_REQUEST, message, List.copyOf(issues), Map.of());
    }

    /** There is no such stream, and the caller asked not to create it. */
    public static HttpErrorException notFound(String message) {
        return new HttpErrorException(404, "NOT_FOUND", Code.NOT_FOUND, message, List.of(), Map.of());
    }

    /** The caller has to say who it is, or what it said is not known. */
    public static HttpErrorException unauthorized(String message, boolean sent) {
        String challenge = "Bearer realm=\"millrace\"" + (sent ? ", error=\"invalid_token\"" : "");
        return new HttpErrorException(
                401, "UNAUTHORIZED", Code.FORBIDDEN, message, List.of(), Map.of("WWW-Authenticate", challenge));
    }

    /** The caller comes too often; it may come again after so many seconds. */
    public static HttpErrorException tooMany(String message, long seconds) {
        return new HttpErrorException(
                429,
                "TOO_MANY_REQUESTS",
                Code.UNAVAILABLE,
                message,
                List.of(),
                Map.of("Retry-After", Long.toString(seconds)));
    }

    /** The caller may not do this from there. */
    static HttpErrorException forbidden(String message) {
        return new HttpErrorException(403, "FORBIDDEN", Code.FORBIDDEN, message, List.of(), Map.of());
    }

    /** The route exists, but not for this method. */
    static HttpErrorException methodNotAllowed(String method, String allow, String message) {
        return new HttpErrorException(
                405,
                "METHOD_NOT_ALLOWED",
                Code.BAD_REQUEST,
                method + " is not allowed here; " + message,
                List.of(),
                Map.of("Allow", allow));
    }

    /** None of the forms in which an answer exists is acceptable to the caller. */
    public static HttpErrorException notAcceptable(String message) {
        return new HttpErrorException(406, "NOT_ACCEPTABLE", Code.BAD_REQUEST, message, List.of(), Map.of());
    }

    /** A body over a limit. */
    public static HttpErrorException tooLarge(String message) {
        return new HttpErrorException(413, "PAYLOAD_TOO_LARGE", Code.TOO_LARGE, message, List.of(), Map.of());
    }

    /** A body in a form that is not taken; the headers say which ones are. */
    static HttpErrorException unsupported(String message, Map<String, String> headers) {
        return new HttpErrorException(415, "UNSUPPORTED_MEDIA_TYPE", Code.BAD_REQUEST, message, List.of(), headers);
    }

    /** The server is stopping. */
    public static HttpErrorException unavailable(String message) {
        return new HttpErrorException(503, "SERVICE_UNAVAILABLE", Code.UNAVAILABLE, message, List.of(), Map.of());
    }

    public int status() {
        return status;
    }

    String code() {
        return code;
    }

    /** What a program acts on; several statuses may share one. */
    Code reason() {
        return reason;
    }

    public List<RequestProblem> issues() {
        return issues;
    }

    /** The headers that belong to the answer. */
    public Map<String, String> headers() {
        return headers;
    }
}
