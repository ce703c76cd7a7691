package dev.millrace.processors.circuitbreaker;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;

/**
 * A decision to pause the stream. The {@code paused} event is not in the log yet.
 *
 * @param offset the event that broke a rule
 * @param reason the reason for the {@code paused} event
 * @param evidence {@code metadata.circuitBreaker} of that event
 * @param at when the event that broke the rule was stored
 */
record PendingTrip(long offset, String reason, JsonNode evidence, Instant at) {
    private static final Duration LAPSES_AFTER = Duration.ofSeconds(10);

    /** If no {@code paused} event follows until then, the trip is dropped and new events are judged. */
    Instant lapsesAt() {
        return at.plus(LAPSES_AFTER);
    }
}
