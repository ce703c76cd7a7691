package dev.millrace.engine.internal.append;

import dev.millrace.engine.spi.StreamHead;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A log that was read and checked, and is to become a stream.
 *
 * @param origin the stream that it is a log of, and its last offset
 * @param bornAt the time of its first event
 * @param events its events from offset 2; their heads have no incarnation yet
 */
public record ImportedLog(ForkOrigin origin, Instant bornAt, List<PendingRecord> events) {
    /** All records of the new stream, which begins with its own first event. */
    List<PendingRecord> after(PendingRecord first) {
        String incarnation = first.head().incarnation();
        List<PendingRecord> all = new ArrayList<>(events.size() + 1);
        all.add(first);
        for (PendingRecord event : events) {
            StreamHead head = event.head();
            all.add(new PendingRecord(
                    new StreamHead(incarnation, head.lastOffset(), head.lastCreatedAt(), head.paused()),
                    event.type(),
                    event.key(),
                    event.body()));
        }
        return all;
    }
}
