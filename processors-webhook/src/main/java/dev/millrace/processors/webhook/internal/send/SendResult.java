package dev.millrace.processors.webhook.internal.send;

import java.time.Duration;
import java.util.Optional;

/**
 * The result of sending one message.
 *
 * @param status the HTTP status, if the receiver answered
 * @param message what failed; contains no secrets, so it may be appended as part of an event
 * @param retryAfter how long the receiver asks the sender to wait
 */
public record SendResult(Kind kind, Optional<Integer> status, String message, Optional<Duration> retryAfter) {
    public enum Kind {
        ACCEPTED,
        /** A retry may succeed. */
        FAILED,
        /** The receiver answered 410: it wants no more messages. */
        GONE,
        /** The receiver answered 508: the message is the end of a chain of reactions that is too long. */
        LOOP
    }

    private static Kind kind(int status) {
        return switch (status) {
            case 410 -> Kind.GONE;
            case 508 -> Kind.LOOP;
            default -> Kind.FAILED;
        };
    }

    /** Whether the same message is not sent again. */
    public boolean isFinal() {
        return kind == Kind.GONE || kind == Kind.LOOP;
    }

    static SendResult accepted() {
        return new SendResult(Kind.ACCEPTED, Optional.empty(), "accepted", Optional.empty());
    }

    /** A failure without an answer. */
    public static SendResult failed(String message) {
        return new SendResult(Kind.FAILED, Optional.empty(), message, Optional.empty());
    }

    /** An answer with a status other than 2xx. */
    static SendResult refused(int status, String message, Optional<Duration> retryAfter) {
        return new SendResult(kind(status), Optional.of(status), message, retryAfter);
    }
}
