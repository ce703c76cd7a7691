package dev.millrace.store.sqlite;

import dev.millrace.engine.spi.StreamKey;
import java.util.List;

/**
 * What {@link SqliteEventStore#verify} has found.
 *
 * @param streams the number of streams
 * @param events the number of events
 * @param hasChecksums false if the directory was written by an older version, and was not opened since; then no event
 *     can be known to be damaged
 * @param damagedEvents the number of events whose checksum is wrong
 * @param damaged the first of them, {@value #MOST} at most
 * @param faults what else is wrong with the file or the directory
 * @since 0.1
 */
public record VerifySummary(
        long streams,
        long events,
        boolean hasChecksums,
        long damagedEvents,
        List<Damaged> damaged,
        List<String> faults) {
    static final int MOST = 1_000;

    /**
     * A damaged event.
     *
     * @param stream its stream
     * @param offset its offset
     * @param position its position among all events
     * @param type the type that is there; it may be damaged too
     */
    public record Damaged(StreamKey stream, long offset, long position, String type) {}

    /** Whether nothing is wrong. */
    public boolean isSound() {
        return damagedEvents == 0 && faults.isEmpty();
    }
}
