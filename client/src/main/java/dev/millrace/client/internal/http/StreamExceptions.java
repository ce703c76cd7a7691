package dev.millrace.client.internal.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.StreamPath;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** A factory of the {@link StreamException}s for failed HTTP calls. */
public final class StreamExceptions {
    private static final long MOST_OF_A_BODY = 64 * 1024;
    private static final int MOST_OF_A_MESSAGE = 500;

    private StreamExceptions() {}

    /** For an error answer of the service. Reads the body, but does not close the response. */
    public static StreamException refused(String verb, StreamPath path, Response response) {
        String location = response.header("Location");
        String body = body(response);
        String why = response.isRedirect() && location != null ? "it moved to " + location : words(body);
        Code code = reason(body).orElseGet(() -> code(response.code(), why));
        return new StreamException(
                code,
                path,
                verb + " failed: " + path + " at " + origin(response.request()) + "; the service answered "
                        + response.code() + ": " + why + (why.endsWith(advice(code)) ? "" : "; " + advice(code)),
                null,
                retryAfter(response));
    }

    /** The time after which the service wants the request again; null if it names none. */
    private static @Nullable Duration retryAfter(Response response) {
        int status = response.code();
        if (status == 408) { // the body did not arrive, so nothing was done
            return response.header("Retry-After") == null ? Duration.ZERO : waiting(response);
        }
        return (status == 429 || status == 503) && response.header("Retry-After") != null ? waiting(response) : null;
    }

    private static Duration waiting(Response response) {
        return RetryAfterHeader.of(response, Instant.ofEpochMilli(response.receivedResponseAtMillis()));
    }

    /** For a service that cannot be reached, or a broken connection; the cause is always the {@link IOException}. */
    public static StreamException unreachable(String verb, StreamPath path, Request request, IOException cause) {
        String why = cause instanceof SocketTimeoutException ? "no data arrived in time" : "the connection failed";
        return new StreamException(
                Code.UNAVAILABLE,
                path,
                verb + " failed: " + path + " at " + origin(request) + "; " + why + " (" + cause + "); "
                        + advice(Code.UNAVAILABLE),
                cause);
    }

    /** True for a failure of the connection, false for an error answer of the service. */
    static boolean isConnectionFailure(Throwable failure) {
        return failure instanceof StreamException && failure.getCause() instanceof IOException;
    }

    public static StreamException unreadable(String verb, StreamPath path, Request request, Throwable cause) {
        return new StreamException(
                Code.INTERNAL,
                path,
                verb + " failed: " + path + " at " + origin(request) + "; the answer cannot be understood ("
                        + cause.getMessage() + "); check that the base URL names a Millrace server",
                cause);
    }

    public static StreamException unsendable(String verb, StreamPath path, IllegalArgumentException cause) {
        return new StreamException(
                Code.BAD_REQUEST, path, verb + " failed: " + path + "; " + cause.getMessage(), cause);
    }

    public static StreamException closed(String verb, StreamPath path) {
        return new StreamException(
                Code.UNAVAILABLE, path, verb + " failed: " + path + "; this client is closed; build another one");
    }

    /** The message in an error body; the text itself if it is not JSON of the wire format. */
    public static String message(String body) {
        try {
            JsonNode json = JsonCodec.parse(body);
            if (json.path("message").isTextual()) {
                return json.path("message").textValue();
            }
            if (json.path("error").isTextual()) {
                return json.path("error").textValue();
            }
        } catch (IllegalArgumentException e) {
            // for example the page of a proxy
        }
        String text = body.strip();
        return text.length() > MOST_OF_A_MESSAGE ? text.substring(0, MOST_OF_A_MESSAGE) + "…" : text;
    }

    /** The field {@code reason} of an error body, which is the name of a {@link Code}; empty if missing or unknown. */
    static Optional<Code> reason(String body) {
        try {
            String reason = JsonCodec.parse(body).path("reason").asText();
            return Arrays.stream(Code.values())
                    .filter(code -> code.name().equals(reason))
                    .findFirst();
        } catch (IllegalArgumentException notJson) {
            return Optional.empty();
        }
    }

    private static String body(Response response) {
        try {
            return response.peekBody(MOST_OF_A_BODY).string();
        } catch (IOException e) {
            return "no reason given, because the connection broke (" + e + ")";
        }
    }

    private static String words(String body) {
        String message = message(body);
        return message.isEmpty() ? "no reason given" : message;
    }

    private static Code code(int status, String message) {
        return switch (status) {
            case 401, 403 -> Code.FORBIDDEN;
            case 404 -> Code.NOT_FOUND;
            case 409 -> Code.CONFLICT;
            case 412 -> precondition(message);
            case 413 -> Code.TOO_LARGE;
            case 408, 429, 502, 503, 504 -> Code.UNAVAILABLE;
            default -> status < 400 ? Code.NOT_FOUND : status < 500 ? Code.BAD_REQUEST : Code.INTERNAL;
        };
    }

    /** If the field {@code reason} is missing, only the message tells which of three checks refused the append. */
    private static Code precondition(String message) {
        if (message.contains("stream is paused")) {
            return Code.PAUSED;
        }
        return message.contains("it is fenced: ") ? Code.FENCED : Code.OFFSET_MISMATCH;
    }

    private static String advice(Code code) {
        return switch (code) {
            case BAD_REQUEST -> "correct the request";
            case WEBHOOK_UNVERIFIED -> "append an event, or sign the body as the stream is configured";
            case FORBIDDEN -> "use a token that allows this";
            case NOT_FOUND -> "check the base URL";
            case STREAM_NOT_FOUND -> "append to it first";
            case CONFLICT -> "choose another name";
            case OFFSET_MISMATCH -> "read the head of the stream and decide again";
            case PAUSED -> "append an event of the type " + BuiltInType.RESUMED.type() + " first";
            case FENCED -> "stop this runner; the process with the newest lease continues";
            case TOO_LARGE -> "send less at once";
            case INTERNAL -> "see the log of the service";
            case UNAVAILABLE, TIMEOUT -> "repeat it in a few seconds";
        };
    }

    private static String origin(Request request) {
        HttpUrl url = request.url();
        return url.scheme() + "://" + url.host() + ":" + url.port();
    }
}
