package dev.millrace.core;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A refusal or failure of the stream service. The code is for programs, the message for people.
 *
 * @since 0.1
 */
public final class StreamException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public enum Code {
        /** The request is wrong: for example, its path, cursor or body. Status 400. */
        BAD_REQUEST(400),
        /** A webhook has no signature that one of the stream's configurations accepts. Status 401. */
        WEBHOOK_UNVERIFIED(401),
        /** The caller is not allowed to do this. Status 403. */
        FORBIDDEN(403),
        /** There is no such route. Status 404. */
        NOT_FOUND(404),
        /** The stream does not exist, and this read may not create it. Status 404. */
        STREAM_NOT_FOUND(404),
        /** The name is already used. Status 409. */
        CONFLICT(409),
        /** The supplied offset is not the next one. Status 412. */
        OFFSET_MISMATCH(412),
        /** The stream is paused; only {@code resumed} is accepted. Status 412. */
        PAUSED(412),
        /** A newer lease was claimed than the one in the {@link Fence} of the append. Status 412. */
        FENCED(412),
        /** The body is larger than the limit. Status 413. */
        TOO_LARGE(413),
        /** The service failed. Status 500. */
        INTERNAL(500),
        /** The service cannot be reached or is stopping; the same call may succeed later. Status 503. */
        UNAVAILABLE(503),
        /** There was no answer within the time that the caller allowed. Status 504. */
        TIMEOUT(504);

        private final int status;

        Code(int status) {
            this.status = status;
        }

        public int status() {
            return status;
        }
    }

    private final Code code;
    private final transient @Nullable StreamPath path;
    private final @Nullable Duration retryAfter;

    /** A failure without a stream. */
    public StreamException(Code code, String message) {
        this(code, null, message, null);
    }

    public StreamException(Code code, StreamPath path, String message) {
        this(code, path, message, null);
    }

    public StreamException(Code code, @Nullable StreamPath path, String message, @Nullable Throwable cause) {
        this(code, path, message, cause, null);
    }

    /**
     * A failure of a service that asks to wait before the next call.
     *
     * @param retryAfter how long to wait, not negative; null if it does not ask
     */
    public StreamException(
            Code code,
            @Nullable StreamPath path,
            String message,
            @Nullable Throwable cause,
            @Nullable Duration retryAfter) {
        super(message, cause);
        this.code = code;
        this.path = path;
        this.retryAfter = retryAfter;
    }

    public Code code() {
        return code;
    }

    public Optional<StreamPath> path() {
        return Optional.ofNullable(path);
    }

    /** How long to wait before the call is repeated; empty if the service does not say it. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** True if the same call may succeed when it is repeated. Repeat an append only with its idempotency key. */
    public boolean isRetryable() {
        return code == Code.UNAVAILABLE || code == Code.INTERNAL || code == Code.TIMEOUT;
    }
}
