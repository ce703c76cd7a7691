package dev.millrace.core.internal.append;

import dev.millrace.core.Chain;
import dev.millrace.core.Event;

/**
 * The causing event of an append.
 *
 * @param offset the event
 * @param counted the reactions that its provenance counts
 * @param chain the whole chain of reactions; as long as {@code counted} or longer
 */
record Cause(long offset, Chain counted, Chain chain) {
    static Cause of(Event event) {
        Chain counted = event.provenance()
                .map(origin -> new Chain(origin.depth(), origin.hops()))
                .orElse(Chain.NONE);
        return new Cause(event.offset(), counted, Chain.of(event));
    }

    /** True if an append because of this event is refused: the chain up to it is already longer than allowed. */
    boolean isBeyondLimit() {
        return chain.isBeyondLimit();
    }

    /** The cause of a failure event, which continues the chain but is itself within the limits. */
    Cause ofFailure() {
        return new Cause(offset, endOf(counted), endOf(chain));
    }

    private static Chain endOf(Chain chain) {
        return new Chain(Math.min(chain.depth(), Chain.MOST_DEPTH - 1), Math.min(chain.hops(), Chain.MOST_HOPS));
    }
}
