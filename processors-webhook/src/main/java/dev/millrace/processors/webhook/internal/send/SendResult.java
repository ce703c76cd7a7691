package dev.millrace.processors.webhook.internal.send;

import java.time.Duration;
import java.util.Optional;

/**
 * What came of sending one message.
 *
 * @param kind what to do about it
 * @param status of the answer, if there was one
 * @param message what failed, in words that may go into an event
 * @param retryAfter how long the receiver asks to be left alone
 */
public record SendResult(Kind kind, Optional<Integer> status, String message, Optional<Duration> retryAfter) {
    public enum Kind {
        /** The receiver has it. */
        ACCEPTED,
        /** Another attempt may help. */
        FAILED,
        /** The receiver wants nothing, ever. */
        GONE
    }

    static SendResult accepted() {
        return new SendResult(Kind.ACCEPTED, Optional.empty(), "accepted", Optional.empty());
    }

    /** There was no answer. */
    public static SendResult failed(String message) {
        return new SendResult(Kind.FAILED, Optional.empty(), message, Optional.empty());
    }

    /** There was an answer, but not the right one. */
    static SendResult refused(int status, String message, Optional<Duration> retryAfter) {
        return new SendResult(status == 410 ? Kind.GONE : Kind.FAILED, Optional.of(status), message, retryAfter);
    }
}
