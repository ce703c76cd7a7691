package dev.millrace.engine;

import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.Facts;
import dev.millrace.engine.spi.LogEntry;
import dev.millrace.engine.spi.Placement;
import dev.millrace.engine.spi.Proposal;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StaleFactsException;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * An event store in memory, for tests and for data that may be lost when the process ends. Reads run concurrently, and
 * wait only while a proposal is committed.
 *
 * @since 0.1
 */
public final class InMemoryEventStore implements EventStore {
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final Map<StreamKey, MemoryLog> logs = new HashMap<>();
    private final List<LogEntry.Removed> removals = new ArrayList<>();
    private final Set<Runnable> listeners = new CopyOnWriteArraySet<>();
    private long lastPosition;
    private long moment;
    private boolean open = true;

    /** An empty store. */
    public InMemoryEventStore() {}

    /**
     * Puts the log of a stream into this store, with its offsets and times. It may begin with any offset and have gaps:
     * a test can continue a part of a recorded log.
     *
     * @param head of the stream; its last offset is that of the last record
     * @param records in the order of their offsets, with ascending positions that no other record has
     */
    public void load(StreamKey stream, StreamHead head, List<EventRecord> records) {
        locked(lock.writeLock(), () -> {
            logs.put(stream, MemoryLog.of(head, records, Map.of()));
            lastPosition =
                    Math.max(lastPosition, records.get(records.size() - 1).position());
            moment++;
            return logs;
        });
        listeners.forEach(Runnable::run);
    }

    @Override
    public Facts facts() {
        return locked(lock.readLock(), () -> new MemoryFacts(this, moment));
    }

    @Override
    public List<Placement> commit(Proposal proposal) {
        List<Placement> placements = locked(lock.writeLock(), () -> {
            MemoryCommit commit = new MemoryCommit(stream -> Optional.ofNullable(logs.get(stream)), lastPosition);
            if (proposal.moment() != moment) {
                proposal.beliefs().forEach(commit::check);
            }
            proposal.changes().forEach(commit::make);
            commit.streams()
                    .forEach((stream, after) ->
                            after.merged().ifPresentOrElse(log -> logs.put(stream, log), () -> logs.remove(stream)));
            removals.addAll(commit.removals());
            lastPosition = commit.lastPosition();
            moment++;
            return commit.placements();
        });
        listeners.forEach(Runnable::run);
        return placements;
    }

    @Override
    public Optional<Runnable> onCommit(Runnable listener) {
        Runnable own = listener::run; // the same listener may come twice
        listeners.add(own);
        return Optional.of(() -> listeners.remove(own));
    }

    @Override
    public List<LogEntry> entries(long afterPosition, int limit) {
        List<LogEntry> entries = new ArrayList<>();
        locked(lock.readLock(), () -> {
            logs.forEach((stream, log) -> log.committed(afterPosition, Long.MAX_VALUE, limit)
                    .forEach(record ->
                            entries.add(new LogEntry.Appended(record.position(), stream, record.offset()))));
            for (int i = removals.size() - 1; i >= 0 && removals.get(i).position() > afterPosition; i--) {
                entries.add(removals.get(i));
            }
            return entries;
        });
        entries.sort(Comparator.comparingLong(LogEntry::position));
        return List.copyOf(entries.subList(0, Math.min(limit, entries.size())));
    }

    /** What the store holds of a stream, if it is still that of this moment. */
    Optional<MemoryLog> at(long then, StreamKey stream) {
        return locked(lock.readLock(), () -> {
            if (then != moment) {
                throw new StaleFactsException("the store has changed since these facts were asked for");
            }
            return Optional.ofNullable(logs.get(stream));
        });
    }

    private Optional<MemoryLog> committed(StreamKey stream) {
        return locked(lock.readLock(), () -> Optional.ofNullable(logs.get(stream)));
    }

    @Override
    public Optional<StreamHead> head(StreamKey stream) {
        return committed(stream).map(MemoryLog::head);
    }

    @Override
    public List<EventRecord> read(StreamKey stream, RecordRange range) {
        return committed(stream).map(log -> log.read(range)).orElse(List.of());
    }

    @Override
    public Optional<EventRecord> find(StreamKey stream, String idempotencyKey) {
        return committed(stream).flatMap(log -> log.find(idempotencyKey));
    }

    @Override
    public List<StreamKey> streamsWith(Set<String> types) {
        return streams(log -> log.hasAny(types));
    }

    @Override
    public Optional<Cursor> cursor(StreamKey stream, String processor) {
        return committed(stream).flatMap(log -> log.cursor(processor));
    }

    @Override
    public List<StreamKey> streamsWithCursor(String processor) {
        return streams(log -> log.cursor(processor).isPresent());
    }

    @Override
    public long lastPosition() {
        return locked(lock.readLock(), () -> lastPosition);
    }

    @Override
    public SubtreePage readSubtree(
            StreamKey root, long afterPosition, long throughPosition, int limit, long mostBytes) {
        List<EventRecord> found = new ArrayList<>();
        locked(lock.readLock(), () -> {
            logs.forEach((stream, log) -> {
                if (root.covers(stream)) {
                    found.addAll(log.committed(afterPosition, throughPosition, limit));
                }
            });
            return found;
        });
        found.sort(Comparator.comparingLong(EventRecord::position));
        int size = 0;
        for (long bytes = 0; size < Math.min(limit, found.size()) && bytes < mostBytes; size++) {
            bytes += found.get(size).size();
        }
        return size == found.size() && size < limit
                ? new SubtreePage(List.copyOf(found), Math.max(afterPosition, throughPosition))
                : new SubtreePage(
                        List.copyOf(found.subList(0, size)), found.get(size - 1).position());
    }

    @Override
    public List<Standing> standings(StreamKey root, Optional<StreamPath> after, int limit) {
        Map<StreamKey, MemoryLog> all = locked(lock.readLock(), () -> Map.copyOf(logs));
        return all.entrySet().stream()
                .filter(entry -> root.covers(entry.getKey()))
                .map(entry ->
                        new Standing(entry.getKey().path(), entry.getValue().head()))
                .filter(standing -> after.isEmpty() || standing.path().compareTo(after.get()) > 0)
                .sorted(Comparator.comparing(Standing::path))
                .limit(limit)
                .toList();
    }

    private List<StreamKey> streams(Function<MemoryLog, Boolean> wanted) {
        Map<StreamKey, MemoryLog> all = locked(lock.readLock(), () -> Map.copyOf(logs));
        return all.entrySet().stream()
                .filter(entry -> wanted.apply(entry.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            open = false;
            logs.clear();
        } finally {
            lock.writeLock().unlock();
        }
    }

    private <T> T locked(Lock side, Supplier<T> work) {
        side.lock();
        try {
            if (!open) {
                throw new IllegalStateException("the in-memory store is closed; open another one");
            }
            return work.get();
        } finally {
            side.unlock();
        }
    }
}
