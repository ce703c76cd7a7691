package dev.millrace.contracts;

import dev.millrace.engine.EventStore;
import dev.millrace.engine.InMemoryEventStore;

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
