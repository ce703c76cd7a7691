package dev.millrace.engine;

import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.StreamException;
import dev.millrace.engine.spi.EventRecord;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The receiver of a live tail, as stored bytes, page by page. It gets one call at a time. The next page is read from
 * the log when the stage of the last one has completed, so a slow sink uses no memory and delays no other sink. The
 * idempotency key of a record is as the store has it: see {@link EventRecord}.
 *
 * @since 0.1
 */
public interface RecordSink {
    /**
     * Called when the tail begins, and each time that it begins again after {@link #onLost}. The gap is the time in
     * which the store could not be read; zero the first time.
     */
    void onConnected(ConnectionInfo connected);

    /**
     * Called before {@link #onConnected} if the stream ends before the offset after which the tail should begin.
     *
     * @return true to begin with offset 1: the offset is of a stream that was destroyed. False (the default) to wait
     *     until this stream has events after the offset
     */
    default boolean onTooShort() {
        return false;
    }

    /**
     * Called before a page is read from the log: the page has 1 MiB, or one record more. Not called for records that are
     * in memory already.
     *
     * @return completes when the sink has memory for the page; if it fails, the tail ends
     */
    default CompletionStage<Void> makeRoom() {
        return CompletableFuture.completedFuture(null);
    }

    /** Called instead of {@link #onRecords} if the tail does not need what {@link #makeRoom} has made, for now. */
    default void onNothingRead() {}

    /**
     * The next records, in offset order, at least one.
     *
     * @return completes when the sink can take more; if it fails, the tail ends
     */
    CompletionStage<Void> onRecords(List<EventRecord> page);

    /** All records up to the watermark were delivered. Called once for each {@link #onConnected}. */
    void onCaughtUp(long watermark);

    /**
     * The store could not be read.
     *
     * @return true to continue: the tail waits, calls {@link #onConnected} again and delivers the records after the
     *     last one. False (the default) to end the tail with this failure
     */
    default boolean onLost(StreamException failure) {
        return false;
    }

    /** Whether the tail may create the stream; if not, it ends with {@code STREAM_NOT_FOUND} where there is none. */
    default boolean mayCreate() {
        return true;
    }

    /**
     * The last call; it comes when the stage of the current page has completed. If the tail cannot begin, it is the
     * only call.
     *
     * @param failure why the tail ended; null if it was closed, the stream was destroyed or the engine stopped
     */
    void onEnd(@Nullable Throwable failure);
}
