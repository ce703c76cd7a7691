package dev.millrace.processors.circuitbreaker;

import java.time.Instant;
import java.util.Optional;

/** A rate meter over the times and weights of events. Immutable. */
sealed interface RateMeter permits SlidingWindow, TokenBucket {
    /** This meter after one more event. */
    RateMeter count(Instant createdAt, double weight);

    /** The violation, if the rate is over the limit. */
    Optional<RuleViolation> exceeded();

    /** An empty meter with the same limits that starts at {@code at}. */
    RateMeter reset(Instant at);
}
