package dev.millrace.processors.webhook;

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
record Outcome(Kind kind, Optional<Integer> status, String message, Optional<Duration> retryAfter) {
    enum Kind {
        /** The receiver has it. */
        ACCEPTED,
        /** Another attempt may help. */
        FAILED,
        /** The receiver wants nothing, ever. */
        GONE
    }

    static Outcome accepted() {
        return new Outcome(Kind.ACCEPTED, Optional.empty(), "accepted", Optional.empty());
    }

    /** There was no answer. */
    static Outcome failed(String message) {
        return new Outcome(Kind.FAILED, Optional.empty(), message, Optional.empty());
    }

    /** There was an answer, but not the right one. */
    static Outcome refused(int status, String message, Optional<Duration> retryAfter) {
        return new Outcome(status == 410 ? Kind.GONE : Kind.FAILED, Optional.of(status), message, retryAfter);
    }
}
