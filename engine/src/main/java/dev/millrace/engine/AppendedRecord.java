package dev.millrace.engine;

import dev.millrace.engine.spi.EventRecord;

/**
 * The answer to an append, as a stored record.
 *
 * @param event the stored event of this input
 * @param replayed true if an earlier append with the same idempotency key stored it
 * @param diverged true if it was replayed and the stored event differs from this input
 * @since 0.1
 */
public record AppendedRecord(EventRecord event, boolean replayed, boolean diverged) {}
