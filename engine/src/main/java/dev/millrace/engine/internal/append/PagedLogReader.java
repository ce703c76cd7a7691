package dev.millrace.engine.internal.append;

import dev.millrace.engine.internal.commit.StoreReader;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.util.List;
import java.util.function.Consumer;

/**
 * A reader of one stream, page by page, up to the head at the beginning of the scan. If the stream is destroyed
 * meanwhile, the scan ends, and does not read its next incarnation.
 */
public final class PagedLogReader {
    private static final int PAGE = 128;
    private static final long PAGE_BYTES = 1 << 20;

    private final StoreReader store;
    private final StreamKey stream;
    private final StreamHead head;

    public PagedLogReader(StoreReader store, StreamKey stream, StreamHead head) {
        this.store = store;
        this.stream = stream;
        this.head = head;
    }

    public void forEach(RecordRange range, Consumer<EventRecord> reader) {
        long after = range.afterOffset();
        long before = Math.min(range.beforeOffset(), head.lastOffset() + 1);
        int left = range.limit();
        while (left > 0) {
            List<EventRecord> page = store.read(
                    stream,
                    new RecordRange(
                            after, before, range.types(), Math.min(left, PAGE), range.descending(), PAGE_BYTES));
            if (page.isEmpty() || !isSameIncarnation()) {
                return;
            }
            page.forEach(reader);
            left -= page.size();
            long last = page.get(page.size() - 1).offset();
            if (range.descending()) {
                before = last;
            } else {
                after = last;
            }
        }
    }

    private boolean isSameIncarnation() {
        return store.head(stream)
                .filter(now -> now.incarnation().equals(head.incarnation()))
                .isPresent();
    }
}
