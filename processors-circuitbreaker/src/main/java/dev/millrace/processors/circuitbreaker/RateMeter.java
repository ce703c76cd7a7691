package dev.millrace.processors.circuitbreaker;

import java.time.Instant;
import java.util.Optional;

/** Measures a rate from the times and weights of events. Immutable. */
sealed interface RateMeter permits SlidingWindow, TokenBucket {
    /** This meter after one more event. */
    RateMeter count(Instant createdAt, double weight);

    /** Why the stream has to pause, while the rate is over the limit. */
    Optional<RuleViolation> exceeded();

    /** A meter of the same limits that has seen nothing since {@code at}. */
    RateMeter reset(Instant at);
}
