package dev.millrace.core;

/**
 * The answer to an append. The event is durable, as the store promises, and visible to every later read.
 *
 * @param event the event that now stands in the log under this input's key; the service may have stored another type
 *     than was sent ({@code invalid-event-appended})
 * @param replayed whether an earlier append with the same idempotency key had already stored it
 * @param diverged whether the stored event says something else than this input did; only ever true for a replay
 */
public record AppendResult(Event event, boolean replayed, boolean diverged) {
    /** The offset of the stored event. */
    public long offset() {
        return event.offset();
    }
}
