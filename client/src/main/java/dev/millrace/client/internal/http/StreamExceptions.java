package dev.millrace.client.internal.http;

import com.fasterxml.jackson.databind.JsonNode;
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

/** Turns what goes wrong on the wire into {@link StreamException}s. */
public final class StreamExceptions {
    private static final long MOST_OF_A_BODY = 64 * 1024;
    private static final int MOST_OF_A_MESSAGE = 500;

    private StreamExceptions() {}

    /** The service answered, and refused. Reads the body, but does not close the answer. */
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

    /** For how long a service that is overloaded or stopping asks to be left alone; null when it does not ask. */
    private static @Nullable Duration retryAfter(Response response) {
        boolean forNow = response.code() == 429 || response.code() == 503;
        return forNow && response.header("Retry-After") != null
                ? RetryAfterHeader.of(response, Instant.ofEpochMilli(response.receivedResponseAtMillis()))
                : null;
    }

    /** The service could not be reached, or the connection broke; the cause is always the {@link IOException}. */
    public static StreamException unreachable(String verb, StreamPath path, Request request, IOException cause) {
        String why = cause instanceof SocketTimeoutException ? "nothing was heard in time" : "the connection failed";
        return new StreamException(
                Code.UNAVAILABLE,
                path,
                verb + " failed: " + path + " at " + origin(request) + "; " + why + " (" + cause + "); "
                        + advice(Code.UNAVAILABLE),
                cause);
    }

    /** Whether this is a failure of the connection, and not an answer of the service. */
    static boolean isConnectionFailure(Throwable failure) {
        return failure instanceof StreamException && failure.getCause() instanceof IOException;
    }

    /** The service answered with something that the wire does not have. */
    public static StreamException unreadable(String verb, StreamPath path, Request request, Throwable cause) {
        return new StreamException(
                Code.INTERNAL,
                path,
                verb + " failed: " + path + " at " + origin(request) + "; the answer cannot be understood ("
                        + cause.getMessage() + "); check that the base URL names a Millrace server",
                cause);
    }

    /** The call cannot be made at all. */
    public static StreamException unsendable(String verb, StreamPath path, IllegalArgumentException cause) {
        return new StreamException(
                Code.BAD_REQUEST, path, verb + " failed: " + path + "; " + cause.getMessage(), cause);
    }

    /** The client is closed. */
    public static StreamException closed(String verb, StreamPath path) {
        return new StreamException(
                Code.UNAVAILABLE, path, verb + " failed: " + path + "; this client is closed; build another one");
    }

    /** What an error body says, in words: its message, or the text itself when it is not an error of the wire. */
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
            // a proxy's page, say: the text is all there is
        }
        String text = body.strip();
        return text.length() > MOST_OF_A_MESSAGE ? text.substring(0, MOST_OF_A_MESSAGE) + "…" : text;
    }

    /**
     * The field {@code reason} of an error body, the name of a {@link Code}; empty when the body has none that is known
     * here, as with services that are not Millrace's.
     */
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
            return "no reason given, the answer broke off (" + e + ")";
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

    /** A service without the field {@code reason} has one status for three gates, and says only in words which it was. */
    private static Code precondition(String message) {
        if (message.contains("stream is paused")) {
            return Code.PAUSED;
        }
        return message.contains("it is fenced: ") ? Code.FENCED : Code.OFFSET_MISMATCH;
    }

    private static String advice(Code code) {
        return switch (code) {
            case BAD_REQUEST -> "correct the request";
            case FORBIDDEN -> "use a token that allows this";
            case NOT_FOUND -> "check the base URL";
            case CONFLICT -> "choose another name";
            case OFFSET_MISMATCH -> "read the head of the stream and decide again";
            case PAUSED -> "append a resumed event first";
            case FENCED -> "stop acting; whoever holds the lease goes on";
            case TOO_LARGE -> "send less at once";
            case INTERNAL -> "see the log of the service";
            case UNAVAILABLE, TIMEOUT -> "try again later";
        };
    }

    private static String origin(Request request) {
        HttpUrl url = request.url();
        return url.scheme() + "://" + url.host() + ":" + url.port();
    }
}
