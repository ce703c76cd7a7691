package dev.millrace.engine.internal.tail;

import dev.millrace.engine.spi.EventRecord;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/** The live tails of one stream, and its newest records. Exists while there are tails. Safe for use by many threads. */
final class StreamFanout {
    private final Executor delivery;
    private final Set<StreamLiveTail> tails = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean waking = new AtomicBoolean();
    private final RecentRecords recent = new RecentRecords();

    StreamFanout(Executor delivery) {
        this.delivery = delivery;
    }

    void add(StreamLiveTail tail) {
        tails.add(tail);
    }

    /** Whether no tail is left. */
    boolean remove(StreamLiveTail tail) {
        tails.remove(tail);
        return tails.isEmpty();
    }

    /** Lets every tail know of committed records. On the writer thread, whose share is one task however many tails. */
    void publish(List<EventRecord> records) {
        synchronized (recent) {
            recent.add(records);
        }
        if (waking.compareAndSet(false, true)) {
            delivery.execute(() -> {
                waking.set(false);
                tails.forEach(StreamLiveTail::wake);
            });
        }
    }

    Optional<List<EventRecord>> recent(long after, int limit) {
        synchronized (recent) {
            return recent.after(after, limit);
        }
    }

    /** Ends every tail; they take nothing more from the log. */
    void end() {
        tails.forEach(StreamLiveTail::close);
    }
}
