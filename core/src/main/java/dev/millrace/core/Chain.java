package dev.millrace.core;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.JsonNode;

/**
 * The length of the chain of reactions that led to an event. An event of a processor has it in its {@link Provenance}.
 * An event that a processor sent to the service in a request of its own, for example with a webhook, has it as {@code
 * metadata.millrace.chain} {@code {depth, hops}}, which only the service writes.
 *
 * @param depth the number of reactions since the last event from outside, which has 0
 * @param hops how many of these reactions went from one stream to another, or through a request
 * @since 0.1
 */
public record Chain(int depth, int hops) {
    /** The greatest depth of an event that may cause another one. */
    public static final int MOST_DEPTH = 1000;

    /** The greatest number of hops of an event that may cause another one. */
    public static final int MOST_HOPS = 64;

    /** The chain of an event from outside. */
    public static final Chain NONE = new Chain(0, 0);

    private static final String MILLRACE = "millrace";
    private static final String CHAIN = "chain";

    /**
     * Checks the numbers.
     *
     * @throws IllegalArgumentException if one is negative
     */
    public Chain {
        if (depth < 0 || hops < 0) {
            throw new IllegalArgumentException("depth and hops must be 0 or more, got " + depth + " and " + hops);
        }
    }

    /** The chain of an event; {@link #NONE} if it came from outside. */
    public static Chain of(Event event) {
        return event.metadata().map(Chain::of).orElse(NONE);
    }

    /** The chain in an event's metadata; {@link #NONE} if there is none, or if it is not well-formed. */
    public static Chain of(JsonNode metadata) {
        return Provenance.of(metadata)
                .map(origin -> new Chain(origin.depth(), origin.hops()))
                .orElseGet(() -> sent(metadata.path(MILLRACE).path(CHAIN)));
    }

    private static Chain sent(JsonNode chain) {
        return isCount(chain.path("depth")) && isCount(chain.path("hops"))
                ? new Chain(chain.path("depth").intValue(), chain.path("hops").intValue())
                : NONE;
    }

    private static boolean isCount(JsonNode number) {
        return number.isIntegralNumber() && number.canConvertToInt() && number.intValue() >= 0;
    }

    /** The chain of what this event causes; {@code hop}: in another stream, or through a request. */
    public Chain next(boolean hop) {
        return new Chain(oneMore(depth), hop ? oneMore(hops) : hops);
    }

    /** Any caller that may {@code process} can append any depth, so the sum must not overflow. */
    private static int oneMore(int count) {
        return count == Integer.MAX_VALUE ? count : count + 1;
    }

    /** Whether the chain is too long for another reaction, with and without a circuit breaker. */
    @JsonIgnore
    public boolean isBeyondLimit() {
        return depth > MOST_DEPTH || hops > MOST_HOPS;
    }
}
