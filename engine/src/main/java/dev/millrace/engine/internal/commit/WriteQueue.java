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
 * The bounded queue of the writer thread. If it is full, a caller waits for a limited time and is then refused. It also
 * holds the newest cursor of each hosted processor for the next group. Thread-safe.
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

    /** Creates an empty queue. A request of more than {@code mostBytes} is accepted if no other one waits. */
    public WriteQueue(int mostRequests, long mostBytes, Duration patience) {
        this.mostRequests = mostRequests;
        this.mostBytes = mostBytes;
        this.patience = patience;
    }

    /**
     * Queues a request. Blocks if there is no room; {@code UNAVAILABLE} if there is none in time, or this is closed.
     */
    void offer(WriteTask<?> writeTask) {
        assert !NonBlockingThread.isCurrent()
                : NonBlockingThread.violation("a request to store something on " + writeTask.stream());
        lock.lock();
        try {
            long left = patience.toNanos();
            while (!closed && isFull(writeTask)) {
                if (left <= 0) {
                    throw unavailable(
                            writeTask,
                            queue.size() + " requests already wait; append less, or repeat it in a few seconds");
                }
                left = room.awaitNanos(left);
            }
            if (closed) {
                throw unavailable(writeTask, "the engine is stopping; repeat it after the restart");
            }
            queue.add(writeTask);
            bytes += writeTask.bytes();
            changed.signal();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable(writeTask, "the calling thread was interrupted; repeat it if it is still needed");
        } finally {
            lock.unlock();
        }
    }

    private boolean isFull(WriteTask<?> writeTask) {
        return queue.size() >= mostRequests || (!queue.isEmpty() && bytes + writeTask.bytes() > mostBytes);
    }

    private static StreamException unavailable(WriteTask<?> writeTask, String why) {
        return new StreamException(
                Code.UNAVAILABLE, writeTask.stream().path(), "request refused: " + writeTask.stream() + "; " + why);
    }

    int size() {
        lock.lock();
        try {
            return queue.size();
        } finally {
            lock.unlock();
        }
    }

    /** Adds a cursor to the next group; it replaces an older one. */
    void addCursor(CursorKey key, EventStore.Cursor cursor) {
        locked(() -> cursors.put(key, cursor));
    }

    /** Adds the cursors of a failed group again, except if there are newer ones or this queue is closed. */
    void restoreCursors(Map<CursorKey, EventStore.Cursor> unsaved) {
        locked(() -> {
            if (!closed) {
                unsaved.forEach(cursors::putIfAbsent);
            }
        });
    }

    /** Lets the writer take the waiting cursors even without a request. */
    void flushCursors() {
        locked(() -> {
            flush = true;
            changed.signal();
        });
    }

    /** Waits for the next group; empty if this queue is closed and empty. */
    Optional<WriteGroup> take() throws InterruptedException {
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
            WriteGroup taken = new WriteGroup(takeRequests(), cursors);
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

    private List<WriteTask<?>> takeRequests() {
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

    /** Refuses every later request. */
    void close() {
        locked(() -> {
            closed = true;
            changed.signalAll();
            room.signalAll();
        });
    }

    /** Removes all waiting cursors and requests, and returns the requests; for a stop whose deadline has passed. */
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

    /** The work of one commit: requests in the order of the queue, and cursors to save. */
    record WriteGroup(List<WriteTask<?>> requests, Map<CursorKey, EventStore.Cursor> cursors) {}
}
