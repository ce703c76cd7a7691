package dev.millrace.cli.internal.client;

import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import java.io.IOException;
import java.util.List;

/** A reader of a long stream, page by page. */
final class StreamPages {
    /** Small, because events may be large. */
    private static final int PAGE = 250;

    private final EventStreams streams;
    private final StreamPath path;

    StreamPages(EventStreams streams, StreamPath path) {
        this.streams = streams;
        this.path = path;
    }

    /** Takes one event. */
    interface Sink {
        void write(Event event) throws IOException;
    }

    /** The offset of the newest event; 0 if there is none. */
    long last() throws Exception {
        List<Event> newest = page(ReadRange.builder().descending(true).limit(1).build());
        return newest.isEmpty() ? 0 : newest.get(0).offset();
    }

    /** Passes the events between two exclusive offsets on, in order. */
    void read(long after, long before, Sink sink) throws Exception {
        long last = after;
        boolean more = true;
        while (more) {
            List<Event> page = page(ReadRange.builder()
                    .afterOffset(last)
                    .beforeOffset(before)
                    .limit(PAGE)
                    .build());
            for (Event event : page) {
                sink.write(event);
                last = event.offset();
            }
            more = page.size() == PAGE;
        }
    }

    private List<Event> page(ReadRange range) throws Exception {
        return ClientOptions.await(streams.read(path, range));
    }
}
