package dev.millrace.engine.internal.tail;

import dev.millrace.engine.spi.EventRecord;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;

/** The live tails of one stream, and its newest records. Exists as long as there are tails. Thread-safe. */
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

    /** Removes a tail; returns true if no tail is left. */
    boolean remove(StreamLiveTail tail) {
        tails.remove(tail);
        return tails.isEmpty();
    }

    /** Wakes every tail after a commit. On the writer thread, which submits one task for all tails. */
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

    void end() {
        tails.forEach(StreamLiveTail::close);
    }
}
