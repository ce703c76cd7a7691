package dev.millrace.processors.circuitbreaker;

import dev.millrace.core.EventName;
import dev.millrace.core.hosting.PayloadCheck;
import dev.millrace.core.payload.Positive;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How the circuit breaker of this stream decides; what is absent keeps its default.
 *
 * @param enabled whether it may pause the stream
 * @param burstCapacity events the bucket holds; together with the refill rate it replaces the window rule
 * @param refillRatePerMinute events that flow into the bucket per minute
 * @param weights what an event of a type costs, 0 or more; 1 where nothing is said
 * @param maxHops the longest chain of reactions across streams
 * @param maxDepth the longest chain of reactions at all
 * @param repetition when equal events count as a loop
 */
@EventName("https://events.iterate.com/events/stream/circuit-breaker-configured")
public record CircuitBreakerConfigured(
        Optional<Boolean> enabled,
        @Positive Optional<Integer> burstCapacity,
        @Positive Optional<Integer> refillRatePerMinute,
        Optional<Map<String, Double>> weights,
        @Positive Optional<Integer> maxHops,
        @Positive Optional<Integer> maxDepth,
        Optional<Repetition> repetition) {
    /**
     * When equal events count as a loop.
     *
     * @param count how many of them in a row, at least 1
     */
    public record Repetition(@Positive int count) {}

    /** The rule of the event: fields that go together, and weights that are none. */
    static List<String> problems(CircuitBreakerConfigured configured, PayloadCheck host) {
        List<String> problems = new ArrayList<>();
        if (configured.burstCapacity().isPresent()
                != configured.refillRatePerMinute().isPresent()) {
            problems.add("payload: burstCapacity and refillRatePerMinute go together, both or neither");
        }
        configured.weights().orElse(Map.of()).forEach((type, weight) -> {
            if (weight < 0) {
                problems.add("payload.weights: expected an object of numbers of 0 or more, got " + weight + " for '"
                        + type + "'");
            }
        });
        return problems;
    }
}
