package dev.millrace.processors.circuitbreaker;

import dev.millrace.engine.ForwardingEventStore;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.Placement;
import dev.millrace.engine.spi.Proposal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A store on a slow disk: every commit is delayed. */
record SlowStore(EventStore delegate, Duration commitTime) implements ForwardingEventStore {
    @Override
    public List<Placement> commit(Proposal proposal) {
        LockSupport.parkNanos(commitTime.toNanos());
        return delegate.commit(proposal);
    }
}
