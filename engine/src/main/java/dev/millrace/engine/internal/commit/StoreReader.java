package dev.millrace.engine.internal.commit;

import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.NonBlockingThread;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.LogEntry;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The reads of the store. No read overlaps with the closing of the store, and every failure is a {@link
 * StreamException}. Thread-safe.
 */
public final class StoreReader {
    private final EventStore store;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private boolean open = true;

    public StoreReader(EventStore store) {
        this.store = store;
    }

    public Optional<StreamHead> head(StreamKey stream) {
        return reading(stream.path(), opened -> opened.head(stream));
    }

    public List<EventRecord> read(StreamKey stream, RecordRange range) {
        return StoredEvents.readable(reading(stream.path(), opened -> opened.read(stream, range)));
    }

    public long lastPosition() {
        return reading(null, EventStore::lastPosition);
    }

    List<LogEntry> entries(long after, int limit) {
        return reading(null, opened -> opened.entries(after, limit));
    }

    public EventStore.SubtreePage readSubtree(StreamKey root, long after, long through, int limit, long mostBytes) {
        EventStore.SubtreePage page =
                reading(root.path(), opened -> opened.readSubtree(root, after, through, limit, mostBytes));
        return new EventStore.SubtreePage(StoredEvents.readable(page.records()), page.through());
    }

    public List<EventStore.Standing> standings(StreamKey root, Optional<StreamPath> after, int limit) {
        return reading(root.path(), opened -> opened.standings(root, after, limit));
    }

    /** Runs a read; the path is for the error message. */
    <T> T reading(@Nullable StreamPath path, Function<EventStore, T> read) {
        assert !NonBlockingThread.isCurrent() : NonBlockingThread.violation("a read of the store for " + path);
        lock.readLock().lock();
        try {
            if (!open) {
                throw new StreamException(
                        Code.UNAVAILABLE,
                        path,
                        "read failed: " + path + "; the engine has stopped; start another one",
                        null);
            }
            return read.apply(store);
        } catch (StreamException | UnsupportedOperationException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new StreamException(
                    Code.INTERNAL,
                    path,
                    "read failed: " + path + "; the store failed: " + e.getMessage()
                            + "; check free space and permissions of the data directory, and the log of the server",
                    e);
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Closes the store when all running reads have ended. The second call does nothing. */
    public void close() {
        lock.writeLock().lock();
        try {
            if (open) {
                open = false;
                store.close();
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}
