package dev.millrace.server.internal.http;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpStatus;

/** Builds the JSON body of an error answer: {@code {defined, code, reason, status, message, data?}}. */
public final class ErrorResponses {
    private static final System.Logger LOG = System.getLogger("dev.millrace.server");

    /** An error answer: its HTTP status and its compact JSON body. */
    @SuppressWarnings("ArrayRecordComponent")
    public // written once, never compared
    record ErrorBody(int status, byte[] json) {}

    private ErrorResponses() {}

    /** The answer to a failure. An unexpected exception is logged with its stack trace; its answer has no details. */
    public static ErrorBody of(Throwable failure) {
        Throwable cause = unwrap(failure);
        if (cause instanceof HttpErrorException refusal) {
            return body(false, refusal.code(), refusal.reason(), refusal.status(), message(refusal), refusal.issues());
        }
        if (cause instanceof StreamException refused && refused.code() != Code.INTERNAL) {
            int status = refused.code().status();
            List<RequestProblem> issues =
                    status == 400 ? List.of(new RequestProblem("body", message(refused))) : List.of();
            return body(
                    status == 412 || status == 409,
                    name(refused.code()),
                    refused.code(),
                    status,
                    message(refused),
                    issues);
        }
        if (cause instanceof HttpException ofJetty && ofJetty.getCode() < 500) { // for example a quote without end
            return of(ofJetty.getCode(), "the request cannot be read: " + ofJetty.getReason());
        }
        LOG.log(System.Logger.Level.ERROR, "request failed", cause);
        return body(
                false,
                "INTERNAL_SERVER_ERROR",
                Code.INTERNAL,
                500,
                "request failed: unexpected error; the log of the server has the stack trace (\"request failed\")",
                List.of());
    }

    /** The answer to a request that Jetty itself refused. */
    static ErrorBody of(int status, String message) {
        List<RequestProblem> issues = status >= 500 ? List.of() : List.of(new RequestProblem("request", message));
        return body(false, name(status), reason(status), status, message, issues);
    }

    /** The name of a status in the HTTP specification. */
    private static String name(int status) {
        HttpStatus.Code known = HttpStatus.getCode(status);
        return known != null ? known.name() : status >= 500 ? "INTERNAL_SERVER_ERROR" : "BAD_REQUEST";
    }

    /** The reason for a status that Jetty sets, such as 431, or 503 while it stops. */
    private static Code reason(int status) {
        return switch (status) {
            case 404 -> Code.NOT_FOUND;
            case 413 -> Code.TOO_LARGE;
            case 408, 429, 503 -> Code.UNAVAILABLE;
            case 501, 505 -> Code.BAD_REQUEST; // the request asks for what this server does not have
            default -> status >= 500 ? Code.INTERNAL : Code.BAD_REQUEST;
        };
    }

    /** The cause inside the wrapper exceptions of futures. */
    static Throwable unwrap(Throwable failure) {
        Throwable cause = failure;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static String message(Throwable failure) {
        return String.valueOf(failure.getMessage());
    }

    private static String name(Code code) {
        return switch (code) {
            case STREAM_NOT_FOUND -> "NOT_FOUND";
            case OFFSET_MISMATCH, PAUSED, FENCED -> "PRECONDITION_FAILED";
            case TOO_LARGE -> "PAYLOAD_TOO_LARGE";
            case INTERNAL -> "INTERNAL_SERVER_ERROR";
            case UNAVAILABLE -> "SERVICE_UNAVAILABLE";
            case TIMEOUT -> "GATEWAY_TIMEOUT";
            default -> code.name();
        };
    }

    private static ErrorBody body(
            boolean defined, String code, Code reason, int status, String message, List<RequestProblem> issues) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("defined", defined).put("code", code).put("reason", reason.name());
        body.put("status", status).put("message", message);
        if (!issues.isEmpty()) {
            ArrayNode list = body.putObject("data").putArray("issues");
            for (RequestProblem issue : issues) {
                list.addObject()
                        .put("message", issue.message())
                        .putArray("path")
                        .add(issue.field());
            }
        }
        return new ErrorBody(status, JsonCodec.write(body));
    }
}
