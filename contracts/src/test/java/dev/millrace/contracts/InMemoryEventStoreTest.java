package dev.millrace.contracts;

import dev.millrace.contracts.store.EventStoreContract;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.spi.EventStore;

class InMemoryEventStoreTest extends EventStoreContract {
    @Override
    protected EventStore open() {
        return new InMemoryEventStore();
    }

    @Override
    protected EventStore reopen(EventStore store) {
        store.close();
        return open();
    }

    @Override
    public boolean survivesReopen() {
        return false;
    }
}
