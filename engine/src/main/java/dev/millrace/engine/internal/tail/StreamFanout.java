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

    /** Wakes every tail after a commit. */
    void publish(List<EventRecord> records) {
        synchronized (recent) {
            recent.add(records);
        }
        wake();
    }

    /** As {@link #publish}, if the new records are only in the log. */
    void publishUnread() {
        synchronized (recent) {
            recent.clear();
        }
        wake();
    }

    /** One task wakes all tails. */
    private void wake() {
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

    /** The stream was removed; a tail of its next incarnation may be here already. */
    void removed() {
        tails.forEach(StreamLiveTail::removed);
        synchronized (recent) {
            recent.clear();
        }
    }

    void end() {
        tails.forEach(StreamLiveTail::close);
    }
}
