package dev.millrace.core;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The length of the chain of reactions that led to an event. A processor appends nothing because of an event whose chain
 * is too long. The {@link Provenance} of a processor's event counts the reactions since the last event that came in a
 * request. If a processor sent that request, for example with a webhook, the chain is longer: the event and the
 * reactions to it have the whole length as {@code metadata.millrace.chain} {@code {depth, hops}}. Any caller can choose
 * the length in a request, so it ends reactions, and never pauses a stream.
 *
 * @param depth the number of reactions since the last event that no processor caused, which has 0
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
        Chain counted = Provenance.of(metadata)
                .map(origin -> new Chain(origin.depth(), origin.hops()))
                .orElse(NONE);
        return counted.longer(sent(metadata.path(MILLRACE).path(CHAIN)));
    }

    /** The greater depth and the greater number of hops of two chains. */
    public Chain longer(Chain other) {
        return new Chain(Math.max(depth, other.depth), Math.max(hops, other.hops));
    }

    /** Adds this chain to the metadata of an event, in place of one there. */
    public void addTo(ObjectNode metadata) {
        metadata.withObject("/" + MILLRACE).putObject(CHAIN).put("depth", depth).put("hops", hops);
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
