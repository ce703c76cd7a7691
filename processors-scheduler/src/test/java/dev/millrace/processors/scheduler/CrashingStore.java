package dev.millrace.processors.scheduler;

import dev.millrace.engine.EventRecord;
import dev.millrace.engine.EventStore;
import dev.millrace.engine.RecordRange;
import dev.millrace.engine.StreamHead;
import dev.millrace.engine.StreamKey;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A store whose process dies with the append of one certain event: either before it is durable, or after that and before
 * anybody hears of it. From then on nothing is written.
 */
final class CrashingStore implements EventStore {
    private final EventStore store;
    private final long offset;
    private final boolean durable;
    private volatile boolean crashed;

    /** Dies with the event at this offset of the stage's stream. */
    CrashingStore(EventStore store, long offset, boolean durable) {
        this.store = store;
        this.offset = offset;
        this.durable = durable;
    }

    boolean isCrashed() {
        return crashed;
    }

    @Override
    public Transaction begin() {
        Transaction transaction = store.begin();
        return new Transaction() {
            private boolean last;

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
                last |= stream.path().equals(Stage.PATH) && record.offset() == offset;
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
                if (!crashed && last) {
                    crashed = true;
                    if (durable) {
                        transaction.commit();
                    }
                }
                if (crashed) {
                    throw new IllegalStateException("the process is dead since offset " + offset);
                }
                transaction.commit();
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
        return store.read(stream, range);
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
    public void close() {
        store.close();
    }
}
