package dev.millrace.engine.internal.tail;

import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.runner.Timers;
import dev.millrace.engine.RecordSink;
import dev.millrace.engine.SubtreeSink;
import dev.millrace.engine.internal.commit.CommitBatch;
import dev.millrace.engine.internal.commit.StoreReader;
import dev.millrace.engine.internal.threads.CallbackExecutor;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * The registry of live tails. A tail is registered before its first read, and records are published after their commit,
 * so that no tail misses a record. Thread-safe.
 */
public final class TailRegistry {
    private final StoreReader store;
    private final CallbackExecutor callbackExecutor;
    private final Timers timers;
    private final Function<StreamKey, CompletableFuture<StreamHead>> touch;
    private final Map<StreamKey, StreamFanout> channels = new ConcurrentHashMap<>();
    private final Set<SubtreeLiveTail> subtrees = ConcurrentHashMap.newKeySet();
    private final AtomicInteger alive = new AtomicInteger();
    private final CompletableFuture<Void> allEnded = new CompletableFuture<>();
    private volatile boolean stopping;

    public TailRegistry(
            StoreReader store,
            CallbackExecutor callbackExecutor,
            Timers timers,
            Function<StreamKey, CompletableFuture<StreamHead>> touch) {
        this.store = store;
        this.callbackExecutor = callbackExecutor;
        this.timers = timers;
        this.touch = touch;
    }

    /** Registers a tail and starts it; the sink can ask whether the tail has ended. */
    public StreamLiveTail open(StreamKey stream, long afterOffset, Function<BooleanSupplier, RecordSink> sink) {
        StreamLiveTail tail = new StreamLiveTail(this, callbackExecutor, timers, stream, afterOffset, sink);
        alive.incrementAndGet();
        channels.compute(stream, (key, streamFanout) -> {
            StreamFanout open = streamFanout == null ? new StreamFanout(callbackExecutor) : streamFanout;
            open.add(tail);
            return open;
        });
        start(tail);
        return tail;
    }

    /** As {@link #open}, for a stream and all streams below it. */
    public SubtreeLiveTail openSubtree(
            StreamKey root, long afterPosition, boolean standings, Function<BooleanSupplier, SubtreeSink> sink) {
        SubtreeLiveTail tail =
                new SubtreeLiveTail(this, store, callbackExecutor, timers, root, afterPosition, standings, sink);
        alive.incrementAndGet();
        subtrees.add(tail);
        start(tail);
        return tail;
    }

    private void start(TailLoop tail) {
        StreamKey stream = tail.stream();
        if (stopping) {
            tail.fail(new StreamException(
                    Code.UNAVAILABLE,
                    stream.path(),
                    "tail refused: " + stream + "; the engine is stopping; open the tail after the restart"));
        }
        tail.wake();
    }

    void forget(StreamKey stream, StreamLiveTail tail) {
        channels.computeIfPresent(stream, (key, streamFanout) -> streamFanout.remove(tail) ? null : streamFanout);
        alive.decrementAndGet();
        endIfStopped();
    }

    void forget(SubtreeLiveTail tail) {
        subtrees.remove(tail);
        alive.decrementAndGet();
        endIfStopped();
    }

    /** Wakes the tails after a commit. On the writer thread. */
    public void publish(CommitBatch commitBatch) {
        for (StreamKey stream : commitBatch.removed()) {
            StreamFanout streamFanout = channels.remove(stream);
            if (streamFanout != null) {
                streamFanout.end();
            }
        }
        commitBatch.appended().forEach((stream, records) -> {
            StreamFanout streamFanout = channels.get(stream);
            if (streamFanout != null) {
                streamFanout.publish(records);
            }
        });
        subtrees.forEach(tail -> tail.published(commitBatch));
    }

    Optional<StreamHead> head(StreamKey stream) {
        return store.head(stream);
    }

    CompletableFuture<StreamHead> touch(StreamKey stream) {
        return touch.apply(stream);
    }

    /** The records up to the watermark of a tail. */
    List<EventRecord> backlog(StreamKey stream, long after, long watermark, int limit) {
        return store.read(stream, new RecordRange(after, watermark + 1, Set.of(), limit, false, PageSize.MOST_BYTES));
    }

    /** The records after an offset, if all of them are in memory. */
    Optional<List<RecentRecord>> recent(StreamKey stream, long after, int limit) {
        return Optional.ofNullable(channels.get(stream)).flatMap(open -> open.recent(after, limit));
    }

    /** The records after an offset, from the log. */
    List<EventRecord> live(StreamKey stream, long after, int limit) {
        return store.read(stream, RecordRange.after(after, limit).mostBytes(PageSize.MOST_BYTES));
    }

    /** Ends all tails, also later ones. Completes when each tail has made its last call. */
    public CompletableFuture<Void> stop() {
        stopping = true;
        channels.values().forEach(StreamFanout::end);
        subtrees.forEach(SubtreeLiveTail::close);
        endIfStopped();
        return allEnded;
    }

    private void endIfStopped() {
        if (stopping && alive.get() == 0) {
            allEnded.complete(null);
        }
    }
}
