package dev.millrace.processors.scheduler;

import dev.millrace.engine.ForwardingEventStore;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;

/**
 * A store whose process crashes at the append of a given event: either before the event is durable, or after that and
 * before the append is answered. From then on nothing is written.
 */
final class CrashingStore implements ForwardingEventStore {
    private final EventStore store;
    private final long offset;
    private final boolean durable;
    private volatile boolean crashed;

    /** Crashes at the event with this offset of the stage's stream. */
    CrashingStore(EventStore store, long offset, boolean durable) {
        this.store = store;
        this.offset = offset;
        this.durable = durable;
    }

    boolean isCrashed() {
        return crashed;
    }

    @Override
    public EventStore delegate() {
        return store;
    }

    @Override
    public Transaction begin() {
        Transaction transaction = store.begin();
        return new ForwardingTransaction() {
            @Override
            public Transaction delegate() {
                return transaction;
            }

            private boolean last;

            @Override
            public void append(StreamKey stream, StreamHead head, EventRecord record) {
                last |= stream.path().equals(Stage.PATH) && record.offset() == offset;
                transaction.append(stream, head, record);
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
                    throw new IllegalStateException("the process has crashed at offset " + offset);
                }
                transaction.commit();
            }
        };
    }
}
