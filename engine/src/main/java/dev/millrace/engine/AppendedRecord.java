package dev.millrace.engine;

import dev.millrace.engine.spi.EventRecord;

/**
 * The answer to an append, in stored bytes.
 *
 * @param event the event that now stands in the log under this input's key
 * @param replayed whether an earlier append with the same idempotency key had already stored it
 * @param diverged whether the stored event says something else than this input did; only ever true for a replay
 */
public record AppendedRecord(EventRecord event, boolean replayed, boolean diverged) {}
