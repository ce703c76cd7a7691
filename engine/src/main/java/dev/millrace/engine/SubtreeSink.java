package dev.millrace.engine;

import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.EventStore;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The receiver of a live tail of a stream and all streams below it, in commit order. It is called like a {@link
 * RecordSink}, but {@link #onConnected} gets the incarnation of the top stream and a position as the watermark, and the
 * records are of several streams; their JSON names the stream.
 *
 * @since 0.1
 */
public interface SubtreeSink extends RecordSink {
    /**
     * The next existing streams, in the order of their paths. Called before the first record, if the caller asked for
     * it. Records up to the heads in this page can still be delivered.
     *
     * @return completes when the sink can take more; if it fails, the tail ends
     */
    CompletionStage<Void> onStandings(List<EventStore.Standing> page);

    /** A stream was destroyed. Later records with its path belong to its next incarnation. */
    void onDestroyed(StreamPath path);
}
