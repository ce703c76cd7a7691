package dev.millrace.engine.internal.tail;

import dev.millrace.engine.spi.EventRecord;
import java.util.List;

/**
 * The number of records that a tail reads at once. It begins small and grows as long as pages have few bytes, so that a
 * page of large events does not fill the memory. For one thread at a time.
 */
public final class PageSize {
    /** A page ends with the record that reaches this. */
    static final long MOST_BYTES = 1 << 20;

    private static final int FIRST = 16;
    private static final int MOST = 256;
    private static final long LIGHT_BYTES = 256 << 10;
    private static final long HEAVY_BYTES = 1 << 20;

    private int records = FIRST;

    public int records() {
        return records;
    }

    public void adaptTo(List<EventRecord> page) {
        long bytes = page.stream().mapToLong(record -> record.size()).sum();
        if (bytes > HEAVY_BYTES) {
            records = Math.max(1, records / 4);
        } else if (bytes < LIGHT_BYTES && page.size() == records) {
            records = Math.min(MOST, records * 2);
        }
    }
}
