package dev.millrace.core.processor;

/**
 * The event that is the reason for an effect. Idempotency keys and provenance are computed from it.
 *
 * @param offset the offset of that event in the processor's own stream
 * @since 0.1
 */
public record CausingOffset(long offset) {
    /** @throws IllegalArgumentException if the offset is not positive */
    public CausingOffset {
        if (offset < 1) {
            throw new IllegalArgumentException("because(offset) needs the offset of an event, 1 or more, got " + offset
                    + "; keep the offset of the event in the state, and launch nothing while there is none");
        }
    }
}
