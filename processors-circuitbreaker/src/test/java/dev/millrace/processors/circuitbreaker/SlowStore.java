package dev.millrace.processors.circuitbreaker;

import dev.millrace.engine.EventRecord;
import dev.millrace.engine.EventStore;
import dev.millrace.engine.RecordRange;
import dev.millrace.engine.StreamHead;
import dev.millrace.engine.StreamKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** A store on a slow disk: every commit takes its time. */
record SlowStore(EventStore real, Duration commitTime) implements EventStore {
    @Override
    public Transaction begin() {
        return new SlowTransaction(real.begin(), commitTime);
    }

    @Override
    public Optional<StreamHead> head(StreamKey stream) {
        return real.head(stream);
    }

    @Override
    public List<EventRecord> read(StreamKey stream, RecordRange range) {
        return real.read(stream, range);
    }

    @Override
    public Optional<EventRecord> find(StreamKey stream, String idempotencyKey) {
        return real.find(stream, idempotencyKey);
    }

    @Override
    public List<StreamKey> streamsWith(Set<String> types) {
        return real.streamsWith(types);
    }

    @Override
    public Optional<Cursor> cursor(StreamKey stream, String processor) {
        return real.cursor(stream, processor);
    }

    @Override
    public List<StreamKey> streamsWithCursor(String processor) {
        return real.streamsWithCursor(processor);
    }

    @Override
    public void close() {
        real.close();
    }

    private record SlowTransaction(Transaction real, Duration commitTime) implements Transaction {
        @Override
        public Optional<StreamHead> head(StreamKey stream) {
            return real.head(stream);
        }

        @Override
        public Optional<EventRecord> find(StreamKey stream, String idempotencyKey) {
            return real.find(stream, idempotencyKey);
        }

        @Override
        public long nextPosition() {
            return real.nextPosition();
        }

        @Override
        public void append(StreamKey stream, StreamHead head, EventRecord record) {
            real.append(stream, head, record);
        }

        @Override
        public void remove(StreamKey stream) {
            real.remove(stream);
        }

        @Override
        public void saveCursor(StreamKey stream, String processor, Cursor cursor) {
            real.saveCursor(stream, processor, cursor);
        }

        @Override
        public void commit() {
            LockSupport.parkNanos(commitTime.toNanos());
            real.commit();
        }

        @Override
        public void close() {
            real.close();
        }
    }
}
