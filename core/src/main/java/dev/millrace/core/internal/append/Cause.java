package dev.millrace.core.internal.append;

import dev.millrace.core.Chain;
import dev.millrace.core.Event;

/** The causing event of an append: its offset and the length of its chain of reactions. */
record Cause(long offset, int depth, int hops) {
    static Cause of(Event event) {
        Chain chain = Chain.of(event);
        return new Cause(event.offset(), chain.depth(), chain.hops());
    }

    Chain chain() {
        return new Chain(depth, hops);
    }

    /** True if an append because of this event is refused: the chain up to it is already longer than allowed. */
    boolean isBeyondLimit() {
        return chain().isBeyondLimit();
    }

    /** The cause of a failure event, which continues the chain but is itself within the limits. */
    Cause ofFailure() {
        return new Cause(offset, Math.min(depth, Chain.MOST_DEPTH - 1), Math.min(hops, Chain.MOST_HOPS));
    }
}
