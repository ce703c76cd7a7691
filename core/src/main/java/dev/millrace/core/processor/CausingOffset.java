package dev.millrace.core.processor;

/**
 * The event that gave the reason for an effect: the anchor of its idempotency keys and of its provenance.
 *
 * @param offset the offset of that event in the processor's own stream
 */
public record CausingOffset(long offset) {
    /**
     * Checks the offset.
     *
     * @throws IllegalArgumentException when it is not positive
     */
    public CausingOffset {
        if (offset < 1) {
            throw new IllegalArgumentException("because(offset) names an event, so the offset is 1 or more, got "
                    + offset + "; a state that owes nothing must not launch anything");
        }
    }
}
