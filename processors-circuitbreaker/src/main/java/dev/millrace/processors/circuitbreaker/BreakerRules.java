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
import java.util.Set;
import java.util.TreeMap;

/**
 * The limits of a stream's breaker, with defaults filled in; see {@link CircuitBreakerConfigured}.
 *
 * @param weights configured cost of one event, by the canonical spelling of its type
 */
@JsonInclude(value = JsonInclude.Include.ALWAYS, content = JsonInclude.Include.ALWAYS)
record BreakerRules(
        boolean enabled,
        Optional<Integer> burstCapacity,
        Optional<Integer> refillRatePerMinute,
        Map<String, Double> weights,
        int maxHops,
        int maxDepth,
        Optional<Integer> repetition,
        AlternationLimit alternation) {

    /**
     * Types that weigh 0 if a processor wrote them. A model streams hundreds of chunks per second, which is no loop.
     * Delivery records would make a burst look larger than it is. So would what a host reports of a running call: the
     * request and the end of each call count, and an answer of a model can have dozens of calls.
     */
    private static final Set<String> UNCOUNTED = Set.of(
            "llm-chunk-added",
            "millrace/delivery-failed",
            "millrace/delivery-succeeded",
            "tool-call-progressed",
            "tool-call-started");

    static final BreakerRules DEFAULT = new BreakerRules(
            true, Optional.empty(), Optional.empty(), Map.of(), 64, 1000, Optional.empty(), AlternationLimit.DEFAULT);

    BreakerRules {
        weights = Collections.unmodifiableMap(new TreeMap<>(weights));
    }

    static BreakerRules of(CircuitBreakerConfigured configured) {
        Map<String, Double> weights = new TreeMap<>();
        configured.weights().orElse(Map.of()).forEach((type, weight) -> weights.put(EventType.canonical(type), weight));
        return new BreakerRules(
                configured.enabled().orElse(DEFAULT.enabled),
                configured.burstCapacity(),
                configured.refillRatePerMinute(),
                weights,
                configured.maxHops().orElse(DEFAULT.maxHops),
                configured.maxDepth().orElse(DEFAULT.maxDepth),
                configured.repetition().map(Repetition::count),
                AlternationLimit.of(configured.alternation()));
    }

    RateMeter meter(Instant at) {
        return burstCapacity.isPresent() && refillRatePerMinute.isPresent()
                ? TokenBucket.full(burstCapacity.get(), refillRatePerMinute.get(), at)
                : SlidingWindow.EMPTY;
    }

    /**
     * The configured weight of the event's type. Without one: 0 for records that a processor wrote, and 1 otherwise.
     *
     * @param type the canonical spelling of its type
     */
    double weight(Event event, String type) {
        return weights.getOrDefault(type, UNCOUNTED.contains(type) && isOfProcessor(event) ? 0.0 : 1.0);
    }

    /**
     * Whether the rule against slow loops looks at the event: it has a weight, and its provenance does not say how long
     * its chain is. The limits of a chain guard the other events.
     */
    boolean isOfUnknownChain(Event event, double weight) {
        return !alternation.isOff() && weight > 0 && event.provenance().isEmpty();
    }

    /**
     * Whether a processor wrote the event on its own. A WebSocket peer chooses what its processor appends: these events
     * have no key, or one that is marked as foreign.
     */
    private static boolean isOfProcessor(Event event) {
        return event.idempotencyKey().isPresent()
                && event.provenance().isPresent()
                && !event.metadata().map(Provenance::hasForeignKey).orElse(false);
    }

    /**
     * The violation, if the provenance of the event counts too many reactions. The chain in a request is not looked at:
     * any caller can choose it, and none may pause a stream with it.
     */
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
