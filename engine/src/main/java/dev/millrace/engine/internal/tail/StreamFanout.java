package dev.millrace.engine.internal.tail;

import dev.millrace.engine.spi.EventRecord;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** The live tails of one stream, and its newest records. Exists as long as there are tails. Thread-safe. */
final class StreamFanout {
    private final Executor delivery;
    private final Set<StreamLiveTail> tails = ConcurrentHashMap.newKeySet();
    private final AtomicInteger subscribers = new AtomicInteger();
    private final AtomicBoolean waking = new AtomicBoolean();
    private final RecentRecords recent = new RecentRecords();

    StreamFanout(Executor delivery) {
        this.delivery = delivery;
    }

    void add(StreamLiveTail tail) {
        tails.add(tail);
        if (tail.isSubscriber()) {
            subscribers.incrementAndGet();
        }
    }

    /** Removes a tail; returns true if no tail is left. */
    boolean remove(StreamLiveTail tail) {
        if (tails.remove(tail) && tail.isSubscriber()) {
            subscribers.decrementAndGet();
        }
        return tails.isEmpty();
    }

    /** Wakes every tail after a commit. On the writer thread, which submits one task for all tails. */
    void publish(List<EventRecord> records) {
        int readers = subscribers.get();
        synchronized (recent) {
            recent.add(records, readers);
        }
        if (waking.compareAndSet(false, true)) {
            delivery.execute(() -> {
                waking.set(false);
                tails.forEach(StreamLiveTail::wake);
            });
        }
    }

    Optional<List<RecentRecord>> recent(long after, int limit) {
        synchronized (recent) {
            return recent.after(after, limit);
        }
    }

    void end() {
        tails.forEach(StreamLiveTail::close);
    }
}
