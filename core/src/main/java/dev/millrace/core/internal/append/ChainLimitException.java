package dev.millrace.core.internal.append;

import dev.millrace.core.Chain;

/**
 * The refusal of an append because of an event at the end of a chain of reactions that is too long. It does not depend
 * on a circuit breaker. Another try gives the same refusal.
 */
public final class ChainLimitException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ChainLimitException(String append, Cause cause) {
        super(append + " was refused: its cause @" + cause.offset() + " is the end of a chain of "
                + cause.chain().depth()
                + " reactions with " + cause.chain().hops() + " hops between streams; the limits are "
                + Chain.MOST_DEPTH + " reactions and " + Chain.MOST_HOPS
                + " hops, with and without a circuit breaker; find the processors that react to each other"
                + " (metadata.millrace of the last events names them) and end their loop");
    }
}
