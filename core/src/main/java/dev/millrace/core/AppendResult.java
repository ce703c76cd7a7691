package dev.millrace.core;

/**
 * The answer to an append: the stored event. Its event is durable, and every later read sees it.
 *
 * @param event the event that the log has under the key of this input; its type is another one than the input's if the
 *     service stored {@code invalid-event-appended}
 * @param replayed true if an earlier append with the same idempotency key stored the event
 * @param diverged true if the stored event differs from this input; only for a replay
 * @since 0.1
 */
public record AppendResult(Event event, boolean replayed, boolean diverged) {
    public long offset() {
        return event.offset();
    }
}
