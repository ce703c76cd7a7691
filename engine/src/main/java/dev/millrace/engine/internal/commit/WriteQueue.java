package dev.millrace.engine.internal.commit;

import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.runner.NonBlockingThread;
import dev.millrace.engine.spi.EventStore;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The bounded queue in front of the writer. Callers wait a little while it is full, and are then turned away. Cursors
 * of hosted processors wait here too, the newest of each, for the next group. Safe for use by many threads.
 */
public final class WriteQueue {
    private static final int GROUP_REQUESTS = 1024;
    private static final long GROUP_BYTES = 8L << 20;

    private final int mostRequests;
    private final long mostBytes;
    private final Duration patience;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Condition room = lock.newCondition();
    private final ArrayDeque<WriteTask<?>> queue = new ArrayDeque<>();
    private Map<CursorKey, EventStore.Cursor> cursors = new HashMap<>();
    private long bytes;
    private boolean flush;
    private boolean closed;

    /**
     * An empty queue.
     *
     * @param mostRequests how many requests wait at most
     * @param mostBytes how many bytes they hold together at most; a single larger one still gets in when alone
     * @param patience how long a caller waits for room
     */
    public WriteQueue(int mostRequests, long mostBytes, Duration patience) {
        this.mostRequests = mostRequests;
        this.mostBytes = mostBytes;
        this.patience = patience;
    }

    /**
     * Queues a request, in the order of the calls; waits while there is no room.
     *
     * @throws StreamException {@code UNAVAILABLE} when there is still no room, or the engine is stopping
     */
    void offer(WriteTask<?> request) {
        assert !NonBlockingThread.isCurrent()
                : NonBlockingThread.forbids("a request to store something on " + request.stream());
        lock.lock();
        try {
            long left = patience.toNanos();
            while (!closed && isFull(request)) {
                if (left <= 0) {
                    throw unavailable(request, queue.size() + " requests are waiting to be stored already");
                }
                left = room.awaitNanos(left);
            }
            if (closed) {
                throw unavailable(request, "the engine is stopping");
            }
            queue.add(request);
            bytes += request.bytes();
            changed.signal();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable(request, "the calling thread was interrupted");
        } finally {
            lock.unlock();
        }
    }

    private boolean isFull(WriteTask<?> request) {
        return queue.size() >= mostRequests || (!queue.isEmpty() && bytes + request.bytes() > mostBytes);
    }

    private static StreamException unavailable(WriteTask<?> request, String why) {
        return new StreamException(
                Code.UNAVAILABLE,
                request.stream().path(),
                "request refused: " + request.stream() + "; " + why + "; try again later");
    }

    int size() {
        lock.lock();
        try {
            return queue.size();
        } finally {
            lock.unlock();
        }
    }

    /** Lets a cursor be saved with the next group, in place of an older one. */
    void cursor(CursorKey key, EventStore.Cursor cursor) {
        locked(() -> cursors.put(key, cursor));
    }

    /** Gives cursors back whose group failed; newer ones stay. When this is closed there is no second attempt. */
    void giveBack(Map<CursorKey, EventStore.Cursor> unsaved) {
        locked(() -> {
            if (!closed) {
                unsaved.forEach(cursors::putIfAbsent);
            }
        });
    }

    /** Makes the waiting cursors a group of their own if no request comes first. */
    void flushCursors() {
        locked(() -> {
            flush = true;
            changed.signal();
        });
    }

    /** Waits for the next group; empty when this is closed and there is nothing left. */
    Optional<Taken> take() throws InterruptedException {
        lock.lock();
        try {
            while (queue.isEmpty() && !areCursorsDue()) {
                if (closed) {
                    return Optional.empty();
                }
                flush = false;
                changed.await();
            }
            flush = false;
            Taken taken = new Taken(nextRequests(), cursors);
            cursors = new HashMap<>();
            room.signalAll();
            return Optional.of(taken);
        } finally {
            lock.unlock();
        }
    }

    private boolean areCursorsDue() {
        return (flush || closed) && !cursors.isEmpty();
    }

    private List<WriteTask<?>> nextRequests() {
        List<WriteTask<?>> group = new ArrayList<>();
        long size = 0;
        while (!queue.isEmpty() && group.size() < GROUP_REQUESTS && size < GROUP_BYTES) {
            if (queue.element().alone() && !group.isEmpty()) {
                break;
            }
            WriteTask<?> next = queue.remove();
            group.add(next);
            size += next.bytes();
            if (next.alone()) {
                break;
            }
        }
        bytes -= size;
        return group;
    }

    /** Turns every later request away. */
    void close() {
        locked(() -> {
            closed = true;
            changed.signalAll();
            room.signalAll();
        });
    }

    /** Takes away everything that waits, and answers with the requests; for a stop that ran out of time. */
    List<WriteTask<?>> abandon() {
        List<WriteTask<?>> left = new ArrayList<>();
        locked(() -> {
            left.addAll(queue);
            queue.clear();
            cursors.clear();
            bytes = 0;
        });
        return left;
    }

    private void locked(Runnable change) {
        lock.lock();
        try {
            change.run();
        } finally {
            lock.unlock();
        }
    }

    /**
     * What the writer does in one transaction.
     *
     * @param requests in the order in which they were queued
     * @param cursors to be saved as well
     */
    record Taken(List<WriteTask<?>> requests, Map<CursorKey, EventStore.Cursor> cursors) {}
}
