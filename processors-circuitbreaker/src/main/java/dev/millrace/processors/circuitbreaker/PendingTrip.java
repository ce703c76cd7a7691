package dev.millrace.processors.circuitbreaker;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/**
 * A decision to pause that the log does not show yet.
 *
 * @param offset the event that was one too many
 * @param reason what the pause will say
 * @param evidence what the pause will carry as {@code metadata.circuitBreaker}
 * @param at when that event was committed
 */
record PendingTrip(long offset, String reason, JsonNode evidence, Instant at) {}
