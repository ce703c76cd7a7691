package dev.millrace.processors.circuitbreaker;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/**
 * The state of a {@link CircuitBreaker} on one stream. Immutable. Its JSON contains the complete state.
 *
 * @since 0.1
 */
public final class CircuitBreakerState {
    private final Optional<String> pauseReason;
    private final Optional<Instant> pausedAt;
    private final BreakerRules rules;
    private final RateMeter meter;
    private final RepeatedToolCalls rounds;
    private final AlternatingTypes alternation;
    private final Optional<PendingTrip> tripped;

    CircuitBreakerState(
            Optional<Instant> pausedAt,
            Optional<String> pauseReason,
            BreakerRules rules,
            RateMeter meter,
            RepeatedToolCalls rounds,
            AlternatingTypes alternation,
            Optional<PendingTrip> tripped) {
        this.pausedAt = pausedAt;
        this.pauseReason = pauseReason;
        this.rules = rules;
        this.meter = meter;
        this.rounds = rounds;
        this.alternation = alternation;
        this.tripped = tripped;
    }

    static CircuitBreakerState initial(BreakerRules rules) {
        return new CircuitBreakerState(
                Optional.empty(),
                Optional.empty(),
                rules,
                rules.meter(Instant.EPOCH),
                RepeatedToolCalls.NONE,
                AlternatingTypes.NONE,
                Optional.empty());
    }

    /** Whether the stream is paused, by the breaker or by any other caller. */
    public boolean paused() {
        return pausedAt.isPresent();
    }

    /** The reason of the pause, if the stream is paused and the {@code paused} event names one. */
    public Optional<String> pauseReason() {
        return pauseReason;
    }

    /** When the stream was paused, in whole milliseconds; empty if it is not paused. */
    public Optional<Instant> pausedAt() {
        return pausedAt;
    }

    BreakerRules rules() {
        return rules;
    }

    RateMeter meter() {
        return meter;
    }

    /** The trip whose {@code paused} event is not in the log yet. */
    Optional<PendingTrip> tripped() {
        return tripped;
    }

    CircuitBreakerState pause(Optional<String> reason, Instant at) {
        return new CircuitBreakerState(
                Optional.of(at),
                reason,
                rules,
                meter.reset(at),
                RepeatedToolCalls.NONE,
                AlternatingTypes.NONE,
                Optional.empty());
    }

    CircuitBreakerState resume(Instant at) {
        return new CircuitBreakerState(
                Optional.empty(),
                Optional.empty(),
                rules,
                meter.reset(at),
                RepeatedToolCalls.NONE,
                AlternatingTypes.NONE,
                Optional.empty());
    }

    CircuitBreakerState configure(BreakerRules newRules, Instant at) {
        return new CircuitBreakerState(
                pausedAt,
                pauseReason,
                newRules,
                newRules.meter(at),
                RepeatedToolCalls.NONE,
                AlternatingTypes.NONE,
                Optional.empty());
    }

    RepeatedToolCalls rounds() {
        return rounds;
    }

    AlternatingTypes alternation() {
        return alternation;
    }

    CircuitBreakerState measured(
            RateMeter newMeter,
            RepeatedToolCalls newRounds,
            AlternatingTypes newAlternation,
            Optional<PendingTrip> newTrip) {
        return newMeter.equals(meter)
                        && newRounds.equals(rounds)
                        && newAlternation.equals(alternation)
                        && newTrip.equals(tripped)
                ? this
                : new CircuitBreakerState(pausedAt, pauseReason, rules, newMeter, newRounds, newAlternation, newTrip);
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static CircuitBreakerState of(BreakerStateJson json) {
        return json.state();
    }

    @JsonValue
    BreakerStateJson json() {
        return BreakerStateJson.of(this);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CircuitBreakerState state
                && pausedAt.equals(state.pausedAt)
                && pauseReason.equals(state.pauseReason)
                && rules.equals(state.rules)
                && meter.equals(state.meter)
                && rounds.equals(state.rounds)
                && alternation.equals(state.alternation)
                && tripped.equals(state.tripped);
    }

    @Override
    public int hashCode() {
        return Objects.hash(pausedAt, pauseReason, rules, meter, rounds, alternation, tripped);
    }

    @Override
    public String toString() {
        return json().toString();
    }
}
