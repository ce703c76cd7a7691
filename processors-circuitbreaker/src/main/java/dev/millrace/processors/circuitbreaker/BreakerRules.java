package dev.millrace.processors.circuitbreaker;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.millrace.core.Event;
import dev.millrace.core.EventType;
import dev.millrace.core.Provenance;
import dev.millrace.processors.circuitbreaker.CircuitBreakerConfigured.Repetition;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a stream's breaker holds its events to. A configuration replaces all of it; what it leaves out is the default.
 *
 * @param enabled whether the breaker may pause the stream; true by default
 * @param burstCapacity tokens; with the refill rate it replaces the window rule
 * @param refillRatePerMinute tokens
 * @param weights what an event of a type costs, by the canonical spelling of the type; 1 where nothing is said
 * @param maxHops the longest chain of reactions across streams; 64 by default
 * @param maxDepth the longest chain of reactions; 1000 by default
 * @param repetition how often in a row a tool may be called with the same arguments and result; by default it may
 */
@JsonInclude(value = JsonInclude.Include.ALWAYS, content = JsonInclude.Include.ALWAYS)
record BreakerRules(
        boolean enabled,
        Optional<Integer> burstCapacity,
        Optional<Integer> refillRatePerMinute,
        Map<String, Double> weights,
        int maxHops,
        int maxDepth,
        Optional<Integer> repetition) {

    /**
     * Chunks of a model's answer come by the hundred a second and are no sign of a loop; nor is the record of how the
     * pushing of a burst of events went, which must not make the burst look larger than it is.
     */
    private static final Map<String, Double> DEFAULT_WEIGHTS =
            Map.of("llm-chunk-added", 0.0, "millrace/delivery-failed", 0.0, "millrace/delivery-succeeded", 0.0);

    static final BreakerRules DEFAULT =
            new BreakerRules(true, Optional.empty(), Optional.empty(), DEFAULT_WEIGHTS, 64, 1000, Optional.empty());

    BreakerRules {
        weights = Collections.unmodifiableMap(new TreeMap<>(weights));
    }

    static BreakerRules of(CircuitBreakerConfigured configured) {
        Map<String, Double> weights = new TreeMap<>(DEFAULT_WEIGHTS);
        configured.weights().orElse(Map.of()).forEach((type, weight) -> weights.put(EventType.canonical(type), weight));
        return new BreakerRules(
                configured.enabled().orElse(DEFAULT.enabled),
                configured.burstCapacity(),
                configured.refillRatePerMinute(),
                weights,
                configured.maxHops().orElse(DEFAULT.maxHops),
                configured.maxDepth().orElse(DEFAULT.maxDepth),
                configured.repetition().map(Repetition::count));
    }

    /** A meter of these rules that has seen nothing. */
    RateMeter meter(Instant at) {
        return burstCapacity.isPresent() && refillRatePerMinute.isPresent()
                ? TokenBucket.full(burstCapacity.get(), refillRatePerMinute.get(), at)
                : SlidingWindow.EMPTY;
    }

    /** What one event of this type costs. */
    double weight(String type) {
        return weights.getOrDefault(EventType.canonical(type), 1.0);
    }

    /** Why the stream has to pause, when the chain of reactions behind the event is too long. */
    Optional<RuleViolation> chainTooLong(Event event) {
        Optional<Provenance> provenance = event.provenance();
        if (provenance.isEmpty()) {
            return Optional.empty();
        }
        int hops = provenance.get().hops();
        if (hops > maxHops) {
            return Optional.of(
                    chain("hops", hops, maxHops, hops + " hops between streams, at most " + maxHops, provenance.get()));
        }
        int depth = provenance.get().depth();
        return depth > maxDepth
                ? Optional.of(chain(
                        "depth", depth, maxDepth, depth + " reactions in a row, at most " + maxDepth, provenance.get()))
                : Optional.empty();
    }

    private static RuleViolation chain(String rule, int length, int limit, String what, Provenance newest) {
        return RuleViolation.of(rule, what + " are allowed", seen -> {
            seen.put("length", length).put("limit", limit).put("processor", newest.processor());
            seen.putObject("source").put("path", newest.sourcePath().value()).put("offset", newest.sourceOffset());
        });
    }
}
