package dev.millrace.processors.circuitbreaker;

import dev.millrace.engine.ForwardingEventStore;
import dev.millrace.engine.spi.EventStore;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** A store on a slow disk: every commit is delayed. */
record SlowStore(EventStore delegate, Duration commitTime) implements ForwardingEventStore {
    @Override
    public Transaction begin() {
        return new SlowTransaction(delegate.begin(), commitTime);
    }

    private record SlowTransaction(Transaction delegate, Duration commitTime) implements ForwardingTransaction {
        @Override
        public void commit() {
            LockSupport.parkNanos(commitTime.toNanos());
            delegate.commit();
        }
    }
}
