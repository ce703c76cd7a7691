package dev.millrace.engine.spi;

import java.time.Instant;

/**
 * What a store gave to an appended event; or the position of a removal, with offset and time of the newest event of the
 * removed stream.
 *
 * @param position see {@link EventRecord}
 * @param offset see {@link EventRecord}
 * @param createdAt see {@link EventRecord}
 * @since 0.1
 */
public record Placement(long position, long offset, Instant createdAt) {}
