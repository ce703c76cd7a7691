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
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The bounded queue of requests, and the turn to write. If the queue is full, a caller waits for a limited time and is
 * then refused. One thread at a time has the turn: the writer thread, or a caller that waits for its own request. It
 * takes a group, writes it and ends its turn; then the caller of the first waiting request is woken, or the writer
 * thread if that caller does not wait. The queue also holds the newest cursor of each hosted processor for the next
 * group. Thread-safe.
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
    private boolean taken;

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
            if (!taken && writeTask.waiter() == null) {
                changed.signal();
            }
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

    /** Waits for the turn and the next group; empty if this queue is closed and empty. For the writer thread. */
    Optional<WriteGroup> take() throws InterruptedException {
        lock.lock();
        try {
            while (taken || (queue.isEmpty() && !areCursorsDue())) {
                if (closed && !taken) {
                    return Optional.empty();
                }
                flush &= taken;
                changed.await();
            }
            return Optional.of(takeGroup());
        } finally {
            lock.unlock();
        }
    }

    /** Takes the turn and the next group, if another thread does not have it. For a caller with a request in here. */
    Optional<WriteGroup> tryTake() {
        lock.lock();
        try {
            return taken || queue.isEmpty() ? Optional.empty() : Optional.of(takeGroup());
        } finally {
            lock.unlock();
        }
    }

    private WriteGroup takeGroup() {
        taken = true;
        flush = false;
        WriteGroup group = new WriteGroup(takeRequests(), cursors);
        cursors = new HashMap<>();
        room.signalAll();
        return group;
    }

    /** Ends a turn. */
    void endTurn() {
        locked(() -> {
            taken = false;
            wakeNext();
        });
    }

    /** Wakes the thread that has to write what waits; called also when a caller stops waiting that was woken perhaps. */
    void wakeNext() {
        locked(() -> {
            WriteTask<?> first = queue.peek();
            Thread waiter = first == null ? null : first.waiter();
            if (waiter != null) {
                LockSupport.unpark(waiter);
            } else if (first != null || closed || areCursorsDue()) {
                changed.signal();
            }
        });
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
            changed.signal();
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
