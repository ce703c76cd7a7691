package dev.millrace.engine.internal.commit;

import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.StreamKey;
import java.util.List;

/**
 * A listener to committed changes. It is called on a callback thread, one call at a time, in commit order for each
 * stream. It should return soon; until then, changes of the same stream are merged.
 */
public interface CommitListener {
    /** Does nothing: for an engine that hosts no processors. */
    CommitListener NONE = new CommitListener() {
        @Override
        public void committed(StreamKey stream, long first, long last, List<EventRecord> records) {}

        @Override
        public void destroyed(StreamKey stream) {}
    };

    /** Events were appended. If this listener is slow, {@code records} is empty, and it must read them from the log. */
    void committed(StreamKey stream, long first, long last, List<EventRecord> records);

    /** A stream was destroyed; its earlier changes that are not reported yet are left out. */
    void destroyed(StreamKey stream);
}
