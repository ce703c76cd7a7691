package dev.millrace.processors.circuitbreaker;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The JSON form of the state, as {@code GET state} shows it (docs/wire.md, State). It has the fields of both rate
 * rules; those of the inactive rule are empty or null.
 *
 * @param recentEventTimestamps the window, oldest first
 * @param availableTokens the bucket's balance at {@code lastRefillAtMs}
 * @param lastRefillAtMs milliseconds since the epoch
 * @param toolRounds null if there is no repetition rule
 * @param alternation null if the rule against alternating types is off
 * @param tripped the trip whose pause is not in the log yet
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
record BreakerStateJson(
        boolean paused,
        Optional<String> pauseReason,
        Optional<String> pausedAt,
        BreakerRules config,
        List<String> recentEventTimestamps,
        Optional<Double> availableTokens,
        Optional<Long> lastRefillAtMs,
        Optional<RepeatedToolCalls> toolRounds,
        Optional<AlternatingTypes> alternation,
        Optional<TripJson> tripped) {

    /** A {@link PendingTrip} with its time as a text. */
    record TripJson(long offset, String reason, JsonNode evidence, String at) {}

    static BreakerStateJson of(CircuitBreakerState state) {
        RateMeter meter = state.meter();
        Optional<TokenBucket> bucket = meter instanceof TokenBucket some ? Optional.of(some) : Optional.empty();
        return new BreakerStateJson(
                state.paused(),
                state.pauseReason(),
                state.pausedAt().map(JsonCodec::time),
                state.rules(),
                meter instanceof SlidingWindow window ? texts(window.times()) : List.of(),
                bucket.map(TokenBucket::tokens),
                bucket.map(TokenBucket::refilledAt),
                state.rules().repetition().map(count -> state.rounds()),
                Optional.of(state.alternation())
                        .filter(any -> !state.rules().alternation().isOff()),
                state.tripped()
                        .map(trip -> new TripJson(
                                trip.offset(), trip.reason(), trip.evidence(), JsonCodec.time(trip.at()))));
    }

    CircuitBreakerState state() {
        return new CircuitBreakerState(
                pausedAt.map(Instant::parse),
                pauseReason,
                config,
                meter(),
                toolRounds.orElse(RepeatedToolCalls.NONE),
                alternation.orElse(AlternatingTypes.NONE),
                tripped.map(trip ->
                        new PendingTrip(trip.offset(), trip.reason(), trip.evidence(), Instant.parse(trip.at()))));
    }

    private RateMeter meter() {
        if (config.burstCapacity().isEmpty() || config.refillRatePerMinute().isEmpty()) {
            return SlidingWindow.of(recentEventTimestamps.stream()
                    .mapToLong(text -> Instant.parse(text).toEpochMilli())
                    .toArray());
        }
        int capacity = config.burstCapacity().get();
        return TokenBucket.of(
                capacity,
                config.refillRatePerMinute().get(),
                availableTokens.orElse((double) capacity),
                lastRefillAtMs.orElse(0L));
    }

    private static List<String> texts(long[] times) {
        return Arrays.stream(times)
                .mapToObj(time -> JsonCodec.time(Instant.ofEpochMilli(time)))
                .toList();
    }
}
