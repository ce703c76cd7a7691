package dev.millrace.processors.agent.tool;

import dev.millrace.core.processor.Obligations;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a {@link ToolHost} knows from the log of a stream. It grows with its tools and with the open calls only.
 *
 * @param first the offset of the first event, 0 before it
 * @param copiedThrough the last offset that a fork copied, 0 if the stream is no fork
 * @param offer its newest offer
 * @param approvals the calls of which it has to say whether they need an approval; the id is {@code <requestId>/<callId>}
 * @param once its calls that must not run twice
 * @param repeatable its calls that may run again
 * @param cancelled the ids of its open calls that are cancelled
 * @since 0.1
 */
public record ToolHostState(
        long first,
        long copiedThrough,
        Optional<Offer> offer,
        Obligations approvals,
        Obligations once,
        Obligations repeatable,
        List<String> cancelled) {
    /**
     * An offer of this host.
     *
     * @param hash its hash
     * @param at its offset
     * @param tools its tools by name
     */
    public record Offer(String hash, long at, Map<String, Known> tools) {
        /** Copies the map. */
        public Offer {
            tools = Collections.unmodifiableMap(new LinkedHashMap<>(tools));
        }
    }

    /**
     * A tool of an offer.
     *
     * @param timeout the longest time of a call
     * @param conditional whether this host decides which calls need an approval
     */
    public record Known(Duration timeout, boolean conditional) {}

    static final ToolHostState EMPTY = new ToolHostState(
            0, 0, Optional.empty(), Obligations.none(), Obligations.none(), Obligations.none(), List.of());

    /** Copies the list. */
    public ToolHostState {
        cancelled = List.copyOf(cancelled);
    }

    /** Whether this call has to be done by this host. */
    boolean isOpen(String id) {
        return once.isOpen(id) || repeatable.isOpen(id);
    }

    ToolHostState withFirst(long offset, long newCopiedThrough) {
        return new ToolHostState(offset, newCopiedThrough, offer, approvals, once, repeatable, cancelled);
    }

    ToolHostState withOffer(Offer newOffer) {
        return new ToolHostState(first, copiedThrough, Optional.of(newOffer), approvals, once, repeatable, cancelled);
    }

    ToolHostState withApprovals(Obligations open) {
        return open.equals(approvals)
                ? this
                : new ToolHostState(first, copiedThrough, offer, open, once, repeatable, cancelled);
    }

    ToolHostState withCalls(Obligations newOnce, Obligations newRepeatable) {
        if (newOnce.equals(once) && newRepeatable.equals(repeatable)) {
            return this;
        }
        List<String> stillCancelled = cancelled.stream()
                .filter(id -> newOnce.isOpen(id) || newRepeatable.isOpen(id))
                .toList();
        return new ToolHostState(first, copiedThrough, offer, approvals, newOnce, newRepeatable, stillCancelled);
    }

    ToolHostState withCancelled(List<String> ids) {
        return new ToolHostState(first, copiedThrough, offer, approvals, once, repeatable, ids);
    }
}
