package dev.millrace.engine.internal.commit;

import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.StreamKey;
import java.util.List;
import java.util.Map;

/**
 * What was committed, by this engine or by another one. A stream that is removed here is not in the other maps.
 *
 * @param appended the new records of each stream, in order
 * @param unread the offsets of new records that are only in the store: copies, and what other engines appended
 * @param removed the streams that were removed, with the positions of their removals
 */
public record CommittedChanges(
        Map<StreamKey, List<EventRecord>> appended, Map<StreamKey, Offsets> unread, Map<StreamKey, Long> removed) {
    /**
     * The offsets of successive records.
     *
     * @param first the lowest one
     * @param last the highest one
     */
    public record Offsets(long first, long last) {
        Offsets through(Offsets later) {
            return new Offsets(first, later.last);
        }
    }

    /** Whether a stream of this subtree is changed. */
    public boolean concerns(StreamKey root) {
        return appended.keySet().stream().anyMatch(root::covers)
                || unread.keySet().stream().anyMatch(root::covers)
                || removed.keySet().stream().anyMatch(root::covers);
    }

    /** The number of new records. */
    public long size() {
        return appended.values().stream().mapToLong(List::size).sum()
                + unread.values().stream()
                        .mapToLong(offsets -> offsets.last - offsets.first + 1)
                        .sum();
    }
}
