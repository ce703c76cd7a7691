package dev.millrace.engine;

import dev.millrace.engine.spi.Change;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.Placement;
import dev.millrace.engine.spi.Proposal;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A store in memory; a test can delay its commits or make them fail. */
public final class ControlledStore implements ForwardingEventStore {
    private final EventStore store;
    private final AtomicInteger commits = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private final Semaphore gate = new Semaphore(0);
    private volatile boolean held;
    private volatile @Nullable RuntimeException failure;
    private volatile boolean closed;
    private volatile boolean copies = true;
    private volatile Consumer<Proposal> beforeCommit = proposal -> {};
    private volatile Consumer<StreamKey> beforeHead = stream -> {};
    private volatile Consumer<RecordRange> beforeRead = range -> {};
    private volatile Consumer<RecordRange> afterRead = range -> {};

    public ControlledStore(EventStore store) {
        this.store = store;
    }

    void holdCommits() {
        held = true;
    }

    /** Makes copies unsupported, as in a store that does not override the default. */
    ControlledStore withoutCopies() {
        copies = false;
        return this;
    }

    void release() {
        held = false;
        gate.release(1_000);
    }

    /** Lets every commit fail with this exception; null for none. */
    void failWith(@Nullable RuntimeException next) {
        failure = next;
    }

    int commits() {
        return commits.get();
    }

    boolean isCommitting() {
        return waiting.get() > 0;
    }

    /** Runs before every read, on the reading thread. */
    void beforeRead(Consumer<RecordRange> next) {
        beforeRead = next;
    }

    /** Runs after every read, before the caller gets the page. */
    public void afterRead(Consumer<RecordRange> next) {
        afterRead = next;
    }

    /** Runs before every look-up of a head, on the calling thread. */
    void beforeHead(Consumer<StreamKey> next) {
        beforeHead = next;
    }

    boolean isClosed() {
        return closed;
    }

    @Override
    public EventStore delegate() {
        return store;
    }

    /** Runs before every commit, on the committing thread. */
    void beforeCommit(Consumer<Proposal> next) {
        beforeCommit = next;
    }

    @Override
    public List<Placement> commit(Proposal proposal) {
        if (!copies && proposal.changes().stream().anyMatch(Change.Copy.class::isInstance)) {
            throw new UnsupportedOperationException("this store cannot copy records");
        }
        beforeCommit.accept(proposal);
        if (held) {
            waiting.incrementAndGet();
            gate.acquireUninterruptibly();
            waiting.decrementAndGet();
        }
        RuntimeException broken = failure;
        if (broken != null) {
            throw broken;
        }
        List<Placement> placements = store.commit(proposal);
        commits.incrementAndGet();
        return placements;
    }

    @Override
    public Optional<StreamHead> head(StreamKey stream) {
        beforeHead.accept(stream);
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
    public void close() {
        closed = true;
        store.close();
    }
}
