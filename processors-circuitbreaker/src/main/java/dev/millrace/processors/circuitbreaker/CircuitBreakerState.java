package dev.millrace.processors.circuitbreaker;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * What a {@link CircuitBreaker} knows of a stream. Immutable, safe for use by many threads, and made of nothing that its
 * JSON does not carry.
 */
public final class CircuitBreakerState {
    private final Optional<String> pauseReason;
    private final Optional<Instant> pausedAt;
    private final Rules rules;
    private final Meter meter;
    private final ToolRounds rounds;
    private final Optional<Trip> tripped;

    CircuitBreakerState(
            Optional<Instant> pausedAt,
            Optional<String> pauseReason,
            Rules rules,
            Meter meter,
            ToolRounds rounds,
            Optional<Trip> tripped) {
        this.pausedAt = pausedAt;
        this.pauseReason = pauseReason;
        this.rules = rules;
        this.meter = meter;
        this.rounds = rounds;
        this.tripped = tripped;
    }

    /** The state before the first event. */
    static CircuitBreakerState initial(Rules rules) {
        return new CircuitBreakerState(
                Optional.empty(),
                Optional.empty(),
                rules,
                rules.meter(Instant.EPOCH),
                ToolRounds.NONE,
                Optional.empty());
    }

    /** Whether the stream is paused, by whomever. */
    public boolean paused() {
        return pausedAt.isPresent();
    }

    /** Why, if it is paused and somebody said so. */
    public Optional<String> pauseReason() {
        return pauseReason;
    }

    /** Since when, if it is paused; to the millisecond. */
    public Optional<Instant> pausedAt() {
        return pausedAt;
    }

    Rules rules() {
        return rules;
    }

    Meter meter() {
        return meter;
    }

    /** The pause this breaker owes. */
    Optional<Trip> tripped() {
        return tripped;
    }

    CircuitBreakerState pause(Optional<String> reason, Instant at) {
        return new CircuitBreakerState(
                Optional.of(at), reason, rules, meter.reset(at), ToolRounds.NONE, Optional.empty());
    }

    CircuitBreakerState resume(Instant at) {
        return new CircuitBreakerState(
                Optional.empty(), Optional.empty(), rules, meter.reset(at), ToolRounds.NONE, Optional.empty());
    }

    CircuitBreakerState configure(Rules newRules, Instant at) {
        return new CircuitBreakerState(
                pausedAt, pauseReason, newRules, newRules.meter(at), ToolRounds.NONE, Optional.empty());
    }

    ToolRounds rounds() {
        return rounds;
    }

    CircuitBreakerState measured(Meter newMeter, ToolRounds newRounds, Optional<Trip> newTrip) {
        return newMeter.equals(meter) && newRounds.equals(rounds) && newTrip.equals(tripped)
                ? this
                : new CircuitBreakerState(pausedAt, pauseReason, rules, newMeter, newRounds, newTrip);
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static CircuitBreakerState of(StateJson json) {
        return json.state();
    }

    @JsonValue
    StateJson json() {
        return StateJson.of(this);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CircuitBreakerState state
                && pausedAt.equals(state.pausedAt)
                && pauseReason.equals(state.pauseReason)
                && rules.equals(state.rules)
                && meter.equals(state.meter)
                && rounds.equals(state.rounds)
                && tripped.equals(state.tripped);
    }

    @Override
    public int hashCode() {
        return Objects.hash(pausedAt, pauseReason, rules, meter, rounds, tripped);
    }

    @Override
    public String toString() {
        return json().toString();
    }
}
