package dev.millrace.core;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Something the stream service refused or could not do. The message says what failed, where, why and what to do; the
 * code says how to react.
 */
public final class StreamException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why, in terms a program can act on. */
    public enum Code {
        /** The request itself is wrong: a path, a cursor, a body that does not parse. Status 400. */
        BAD_REQUEST(400),
        /** The caller may not do this. Status 403. */
        FORBIDDEN(403),
        /** There is no such route. Status 404. */
        NOT_FOUND(404),
        /** The name is taken. Status 409. */
        CONFLICT(409),
        /** The supplied offset is not the next one. Status 412. */
        OFFSET_MISMATCH(412),
        /** The stream is paused; only {@code resumed} is accepted. Status 412. */
        PAUSED(412),
        /** The lease under which it was sent has passed to somebody else, see {@link Fence}. Status 412. */
        FENCED(412),
        /** A body over the limit. Status 413. */
        TOO_LARGE(413),
        /** The service failed. Status 500. */
        INTERNAL(500),
        /** The service cannot be reached or is stopping; the same call may succeed later. Status 503. */
        UNAVAILABLE(503),
        /** Nothing happened within the time the caller allowed. Status 504. */
        TIMEOUT(504);

        private final int status;

        Code(int status) {
            this.status = status;
        }

        /** The HTTP status of this code. */
        public int status() {
            return status;
        }
    }

    private final Code code;
    private final transient @Nullable StreamPath path;
    private final @Nullable Duration retryAfter;

    /** A failure that concerns no stream in particular. */
    public StreamException(Code code, String message) {
        this(code, null, message, null);
    }

    /** A failure on a stream. */
    public StreamException(Code code, StreamPath path, String message) {
        this(code, path, message, null);
    }

    /** A failure with its cause. */
    public StreamException(Code code, @Nullable StreamPath path, String message, @Nullable Throwable cause) {
        this(code, path, message, cause, null);
    }

    /**
     * A failure of a service that asks to be left alone for a while.
     *
     * @param retryAfter how long, not negative; null when it does not ask
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

    /** How to react. */
    public Code code() {
        return code;
    }

    /** The stream, if the failure concerns one. */
    public Optional<StreamPath> path() {
        return Optional.ofNullable(path);
    }

    /** How long the service asks to be left alone before the call is repeated; empty when it does not ask. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** Whether the same call, repeated unchanged with its idempotency key, may succeed. */
    public boolean isRetryable() {
        return code == Code.UNAVAILABLE || code == Code.INTERNAL || code == Code.TIMEOUT;
    }
}
