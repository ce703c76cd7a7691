package dev.millrace.client.internal.tail;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How one attempt of a tail to be connected ended, and so what the tail does next.
 *
 * @param next what to do
 * @param cause what happened, if it is anybody's business
 * @param notBefore how long the service wants to be left alone; zero when it did not say
 */
record ConnectionOutcome(Next next, @Nullable Throwable cause, Duration notBefore) {
    enum Next {
        /** There was no connection: wait, and try again. */
        TRY_AGAIN,
        /** There was a connection and it broke: tell the subscriber, wait, and try again. */
        RECONNECT,
        /** There was a connection and the service ended it in good order: as above, but the first time without waiting. */
        RECONNECT_AT_ONCE,
        /** There is something else to ask for first, or another place to read from: go on without waiting. */
        AGAIN,
        /** Nothing more to hope for: end the subscription. */
        END
    }

    static ConnectionOutcome of(Next next) {
        return new ConnectionOutcome(next, null, Duration.ZERO);
    }

    static ConnectionOutcome of(Next next, Throwable cause) {
        return new ConnectionOutcome(next, cause, Duration.ZERO);
    }
}
