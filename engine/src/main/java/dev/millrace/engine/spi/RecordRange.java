package dev.millrace.engine.spi;

import java.util.List;
import java.util.Set;

/**
 * The range of records that one read returns.
 *
 * @param afterOffset exclusive lower bound; 0 for none
 * @param beforeOffset exclusive upper bound; {@link Long#MAX_VALUE} for none
 * @param types only these types, in exactly this spelling; empty means every type
 * @param limit at most this many records, at least 1
 * @param descending newest first
 * @param mostBytes the answer ends after the record with which its JSON has so many bytes, even if there are more
 * @since 0.1
 */
public record RecordRange(
        long afterOffset, long beforeOffset, Set<String> types, int limit, boolean descending, long mostBytes) {
    /** A range without a limit of bytes. */
    public RecordRange(long afterOffset, long beforeOffset, Set<String> types, int limit, boolean descending) {
        this(afterOffset, beforeOffset, types, limit, descending, Long.MAX_VALUE);
    }

    /** This range with a limit of bytes. */
    public RecordRange mostBytes(long bytes) {
        return new RecordRange(afterOffset, beforeOffset, types, limit, descending, bytes);
    }

    /** Whether more records of this range may follow those that were read. */
    public boolean mayHaveMore(List<EventRecord> read) {
        return read.size() >= limit
                || read.stream().mapToLong(record -> record.size()).sum() >= mostBytes;
    }

    /** The next records after an offset. */
    public static RecordRange after(long offset, int limit) {
        return new RecordRange(offset, Long.MAX_VALUE, Set.of(), limit, false);
    }
}
