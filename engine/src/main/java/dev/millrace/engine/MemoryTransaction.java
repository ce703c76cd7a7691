package dev.millrace.engine;

import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A transaction of the store in memory: it buffers changes until they are committed. For one thread. */
final class MemoryTransaction implements EventStore.Transaction {
    private final InMemoryEventStore store;
    private final Map<StreamKey, StagedStream> staged = new LinkedHashMap<>();
    private long nextPosition;
    private boolean open = true;

    MemoryTransaction(InMemoryEventStore store, long nextPosition) {
        this.store = store;
        this.nextPosition = nextPosition;
    }

    @Override
    public Optional<StreamHead> head(StreamKey stream) {
        StagedStream own = staged.get(stream);
        return own == null ? store.head(stream) : own.head();
    }

    @Override
    public Optional<EventRecord> find(StreamKey stream, String idempotencyKey) {
        StagedStream own = staged.get(stream);
        return own == null ? store.find(stream, idempotencyKey) : own.find(idempotencyKey);
    }

    @Override
    public long nextPosition() {
        return nextPosition;
    }

    @Override
    public void append(StreamKey stream, StreamHead head, EventRecord record) {
        if (record.offset() != head.lastOffset() || record.position() < nextPosition) {
            throw new IllegalArgumentException("append failed: " + stream + "@" + record.offset() + "; head is "
                    + head.lastOffset() + ", position " + record.position() + ", next position " + nextPosition);
        }
        change(stream).append(head, record);
        nextPosition = record.position() + 1;
    }

    @Override
    public void copy(EventStore.Copy copy) {
        for (EventRecord record : change(copy.source()).records(copy.afterOffset(), copy.throughOffset())) {
            change(copy.target())
                    .append(
                            copy.head(),
                            new EventRecord(
                                    nextPosition++,
                                    copy.target().path(),
                                    record.offset(),
                                    record.createdAt(),
                                    record.type(),
                                    record.idempotencyKey(),
                                    record.body()));
        }
    }

    @Override
    public void remove(StreamKey stream) {
        change(stream).remove();
    }

    @Override
    public void saveCursor(StreamKey stream, String processor, EventStore.Cursor cursor) {
        change(stream).saveCursor(processor, cursor);
    }

    private StagedStream change(StreamKey stream) {
        if (!open) {
            throw new IllegalStateException("change failed: " + stream + "; the transaction has ended; begin another");
        }
        return staged.computeIfAbsent(stream, key -> new StagedStream(store.committed(key)));
    }

    @Override
    public void commit() {
        if (!open) {
            throw new IllegalStateException("commit failed: the transaction has ended; begin another");
        }
        store.publish(staged, nextPosition - 1);
        close();
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            store.ended();
        }
    }
}
