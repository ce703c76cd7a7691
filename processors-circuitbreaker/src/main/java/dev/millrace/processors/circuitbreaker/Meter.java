package dev.millrace.processors.circuitbreaker;

import java.time.Instant;
import java.util.Optional;

/** Measures a rate from the times and weights of events. Immutable. */
sealed interface Meter permits Window, TokenBucket {
    /** This meter after one more event. */
    Meter count(Instant createdAt, double weight);

    /** Why the stream has to pause, while the rate is over the limit. */
    Optional<Finding> exceeded();

    /** A meter of the same limits that has seen nothing since {@code at}. */
    Meter reset(Instant at);
}
