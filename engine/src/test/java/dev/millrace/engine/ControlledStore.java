package dev.millrace.engine;

import dev.millrace.core.StreamPath;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A real store whose commits can be held up or made to fail. */
final class ControlledStore implements EventStore {
    private final EventStore store;
    private final AtomicInteger commits = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private final Semaphore gate = new Semaphore(0);
    private volatile boolean held;
    private volatile @Nullable RuntimeException failure;
    private volatile boolean closed;
    private volatile Consumer<RecordRange> beforeRead = range -> {};
    private volatile Consumer<RecordRange> afterRead = range -> {};

    ControlledStore(EventStore store) {
        this.store = store;
    }

    void holdCommits() {
        held = true;
    }

    void release() {
        held = false;
        gate.release(1_000);
    }

    /** Every commit fails so, until this is called with null. */
    void failWith(@Nullable RuntimeException next) {
        failure = next;
    }

    int commits() {
        return commits.get();
    }

    boolean isCommitting() {
        return waiting.get() > 0;
    }

    /** Runs before every read, on the thread that reads. */
    void beforeRead(Consumer<RecordRange> next) {
        beforeRead = next;
    }

    /** Runs after every read, before its reader has the page. */
    void afterRead(Consumer<RecordRange> next) {
        afterRead = next;
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public Transaction begin() {
        Transaction transaction = store.begin();
        return new Transaction() {
            @Override
            public Optional<StreamHead> head(StreamKey stream) {
                return transaction.head(stream);
            }

            @Override
            public Optional<EventRecord> find(StreamKey stream, String idempotencyKey) {
                return transaction.find(stream, idempotencyKey);
            }

            @Override
            public long nextPosition() {
                return transaction.nextPosition();
            }

            @Override
            public void append(StreamKey stream, StreamHead head, EventRecord record) {
                transaction.append(stream, head, record);
            }

            @Override
            public void remove(StreamKey stream) {
                transaction.remove(stream);
            }

            @Override
            public void saveCursor(StreamKey stream, String processor, Cursor cursor) {
                transaction.saveCursor(stream, processor, cursor);
            }

            @Override
            public void commit() {
                if (held) {
                    waiting.incrementAndGet();
                    gate.acquireUninterruptibly();
                    waiting.decrementAndGet();
                }
                RuntimeException broken = failure;
                if (broken != null) {
                    throw broken;
                }
                transaction.commit();
                commits.incrementAndGet();
            }

            @Override
            public void close() {
                transaction.close();
            }
        };
    }

    @Override
    public Optional<StreamHead> head(StreamKey stream) {
        return store.head(stream);
    }

    @Override
    public List<EventRecord> read(StreamKey stream, RecordRange range) {
        beforeRead.accept(range);
        List<EventRecord> page = store.read(stream, range);
        afterRead.accept(range);
        return page;
    }

    @Override
    public Optional<EventRecord> find(StreamKey stream, String idempotencyKey) {
        return store.find(stream, idempotencyKey);
    }

    @Override
    public List<StreamKey> streamsWith(Set<String> types) {
        return store.streamsWith(types);
    }

    @Override
    public Optional<Cursor> cursor(StreamKey stream, String processor) {
        return store.cursor(stream, processor);
    }

    @Override
    public List<StreamKey> streamsWithCursor(String processor) {
        return store.streamsWithCursor(processor);
    }

    @Override
    public long lastPosition() {
        return store.lastPosition();
    }

    @Override
    public SubtreePage readSubtree(StreamKey root, long afterPosition, long throughPosition, int limit) {
        return store.readSubtree(root, afterPosition, throughPosition, limit);
    }

    @Override
    public List<Standing> standings(StreamKey root, Optional<StreamPath> after, int limit) {
        return store.standings(root, after, limit);
    }

    @Override
    public void close() {
        closed = true;
        store.close();
    }
}
