package dev.millrace.engine;

import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.EventStore;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Receives a live tail of a stream and everything below it, in commit order; as {@link RecordSink}, with these
 * differences: {@link #onConnected} tells the life of the stream on top, and as the watermark a position; records are of
 * many streams, each in offset order, and say themselves of which.
 */
public interface SubtreeSink extends RecordSink {
    /**
     * The next streams that exist, in the order of their paths; before any record, if they were asked for. A record up
     * to the head that is told here may still come.
     *
     * @return completes when the sink can take more; a failure ends the tail
     */
    CompletionStage<Void> onStandings(List<EventStore.Standing> page);

    /** A stream was destroyed; what comes of it from here on is of its next life. */
    void onDestroyed(StreamPath path);
}
