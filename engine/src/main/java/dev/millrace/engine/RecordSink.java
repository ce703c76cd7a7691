package dev.millrace.engine;

import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.StreamException;
import dev.millrace.engine.spi.EventRecord;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Receives a live tail as stored bytes, page by page. Calls come one at a time; the next page is read from the log only
 * when the stage of the last one has completed, so a slow sink costs no memory and delays nobody. The log is the queue.
 */
public interface RecordSink {
    /**
     * What the stream looks like as the tail begins, and each time that it begins again. The gap is how long the tail was
     * lost before, zero the first time.
     */
    void onConnected(ConnectionInfo connected);

    /**
     * The next records, in offset order, at least one.
     *
     * @return completes when the sink can take more; a failure ends the tail
     */
    CompletionStage<Void> onRecords(List<EventRecord> page);

    /** Every record up to the watermark has been delivered; once for each {@link #onConnected}. */
    void onCaughtUp(long watermark);

    /**
     * The store could not be read.
     *
     * @return whether the tail goes on: it waits, calls {@link #onConnected} again and delivers what follows the last
     *     record. By default it does not, and ends with this failure
     */
    default boolean onLost(StreamException failure) {
        return false;
    }

    /**
     * The last call. It waits for the stage of the page under way, if there is one; nothing follows it. It is the only
     * call when the tail could not begin.
     *
     * @param failure why the tail ended, or null when it was closed, the stream was destroyed or the engine stopped
     */
    void onEnd(@Nullable Throwable failure);
}
