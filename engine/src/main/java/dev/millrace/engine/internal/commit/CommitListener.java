package dev.millrace.engine.internal.commit;

import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.StreamKey;
import java.util.List;

/**
 * Hears of every change after it was committed: of each stream in commit order, one call at a time, on a delivery thread.
 * It should return soon; while it does not, changes of one stream are merged.
 */
public interface CommitListener {
    /** An engine that hosts nothing. */
    CommitListener NONE = new CommitListener() {
        @Override
        public void committed(StreamKey stream, long first, long last, List<EventRecord> records) {}

        @Override
        public void destroyed(StreamKey stream) {}
    };

    /**
     * A stream grew.
     *
     * @param first the first new offset
     * @param last the last new offset
     * @param records all of these records; empty when this listener lags and must read them from the log
     */
    void committed(StreamKey stream, long first, long last, List<EventRecord> records);

    /** A stream was destroyed; changes of it that were not yet told are not told any more. */
    void destroyed(StreamKey stream);
}
