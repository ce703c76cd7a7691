package dev.millrace.client.internal.tail;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The end of one connection attempt of a tail; {@code notBefore} is the {@code Retry-After} of the service, or zero.
 */
record ConnectionOutcome(Next next, @Nullable Throwable cause, Duration notBefore) {
    enum Next {
        /** No connection: wait, and try again. */
        TRY_AGAIN,
        /** The connection broke: tell the subscriber, wait, and try again. */
        RECONNECT,
        /** The service ended the connection in good order: as above, but the first time without a delay. */
        RECONNECT_AT_ONCE,
        /** Another request is needed first, or another offset: continue without a delay. */
        AGAIN,
        /** End the subscription. */
        END
    }

    static ConnectionOutcome of(Next next) {
        return new ConnectionOutcome(next, null, Duration.ZERO);
    }

    static ConnectionOutcome of(Next next, Throwable cause) {
        return new ConnectionOutcome(next, cause, Duration.ZERO);
    }
}
