package dev.millrace.processors.circuitbreaker;

import dev.millrace.core.EventName;
import dev.millrace.core.hosting.PayloadCheck;
import dev.millrace.core.payload.Positive;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The configuration of a stream's circuit breaker. An absent field has its default.
 *
 * @param enabled whether the breaker may pause the stream; default true
 * @param burstCapacity capacity of the token bucket, in events; with the refill rate it replaces the window rule
 * @param refillRatePerMinute events per minute that the bucket regains
 * @param weights cost of one event, by event type, 0 or more; default 1, and 0 for the chunks of a model, the
 *     reports of running tools and the records of pushed events that a processor wrote
 * @param maxHops the longest allowed chain of reactions across streams; default 64
 * @param maxDepth the longest allowed chain of reactions in total; default 1000
 * @param repetition when repeated tool calls count as a loop; default never
 * @param alternation when events of alternating types count as a loop; default 500 in 60 s
 * @since 0.1
 */
@EventName("https://events.iterate.com/events/stream/circuit-breaker-configured")
public record CircuitBreakerConfigured(
        Optional<Boolean> enabled,
        @Positive Optional<Integer> burstCapacity,
        @Positive Optional<Integer> refillRatePerMinute,
        Optional<Map<String, Double>> weights,
        @Positive Optional<Integer> maxHops,
        @Positive Optional<Integer> maxDepth,
        Optional<Repetition> repetition,
        Optional<Alternation> alternation) {
    /**
     * The limit for repeated tool calls.
     *
     * @param count trips at this many calls in a row with equal arguments and equal results; at least 1
     */
    public record Repetition(@Positive int count) {}

    /**
     * The limit for events without provenance that have another type than the event before, and come within one second
     * of it.
     *
     * @param count trips at this many of these events; 0 switches the rule off; default 500
     * @param seconds the time in which they have to fall; at least 1, default 60
     */
    public record Alternation(
            Optional<Integer> count, @Positive Optional<Integer> seconds) {}

    /** Checks what the field types cannot: both bucket fields or neither, and nothing negative. */
    static List<String> problems(CircuitBreakerConfigured configured, PayloadCheck host) {
        List<String> problems = new ArrayList<>();
        if (configured.burstCapacity().isPresent()
                != configured.refillRatePerMinute().isPresent()) {
            problems.add("payload: burstCapacity and refillRatePerMinute belong together; set both or neither");
        }
        configured.weights().orElse(Map.of()).forEach((type, weight) -> {
            if (weight < 0) {
                problems.add("payload.weights: expected an object of numbers of 0 or more, got " + weight + " for '"
                        + type + "'");
            }
        });
        configured
                .alternation()
                .flatMap(Alternation::count)
                .filter(count -> count < 0)
                .ifPresent(count -> problems.add("payload.alternation.count: expected an integer of 0 or more, got "
                        + count + "; 0 switches the rule off"));
        return problems;
    }
}
