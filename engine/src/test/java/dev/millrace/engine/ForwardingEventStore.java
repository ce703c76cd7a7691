package dev.millrace.engine;

import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.Facts;
import dev.millrace.engine.spi.LogEntry;
import dev.millrace.engine.spi.Placement;
import dev.millrace.engine.spi.Proposal;
import dev.millrace.engine.spi.RecordRange;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A store that forwards every call to another one. Tests override some methods to measure commits, delay them or make
 * them fail.
 */
public interface ForwardingEventStore extends EventStore {
    /** The other store; always the same. */
    EventStore delegate();

    @Override
    default Facts facts() {
        return delegate().facts();
    }

    @Override
    default List<Placement> commit(Proposal proposal) {
        return delegate().commit(proposal);
    }

    @Override
    default List<LogEntry> entries(long afterPosition, int limit) {
        return delegate().entries(afterPosition, limit);
    }

    @Override
    default Optional<Runnable> onCommit(Runnable listener) {
        return delegate().onCommit(listener);
    }

    @Override
    default Optional<StreamHead> head(StreamKey stream) {
        return delegate().head(stream);
    }

    @Override
    default List<EventRecord> read(StreamKey stream, RecordRange range) {
        return delegate().read(stream, range);
    }

    @Override
    default Optional<EventRecord> find(StreamKey stream, String idempotencyKey) {
        return delegate().find(stream, idempotencyKey);
    }

    @Override
    default List<StreamKey> streamsWith(Set<String> types) {
        return delegate().streamsWith(types);
    }

    @Override
    default Optional<Cursor> cursor(StreamKey stream, String processor) {
        return delegate().cursor(stream, processor);
    }

    @Override
    default List<StreamKey> streamsWithCursor(String processor) {
        return delegate().streamsWithCursor(processor);
    }

    @Override
    default long lastPosition() {
        return delegate().lastPosition();
    }

    @Override
    default SubtreePage readSubtree(
            StreamKey root, long afterPosition, long throughPosition, int limit, long mostBytes) {
        return delegate().readSubtree(root, afterPosition, throughPosition, limit, mostBytes);
    }

    @Override
    default List<Standing> standings(StreamKey root, Optional<StreamPath> after, int limit) {
        return delegate().standings(root, after, limit);
    }

    @Override
    default void close() {
        delegate().close();
    }
}
