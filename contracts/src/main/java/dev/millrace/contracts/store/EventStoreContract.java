package dev.millrace.contracts.store;

import dev.millrace.engine.spi.EventStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * Everything that {@link EventStore} promises, as tests. A store that passes can stand behind the engine.
 *
 * <pre>{@code
 * class MyEventStoreTest extends EventStoreContract {
 *   @TempDir Path directory;
 *   @Override protected EventStore open() { return MyEventStore.open(directory); }
 *   @Override protected EventStore reopen(EventStore store) { store.close(); return MyEventStore.open(directory); }
 * }
 * }</pre>
 */
public abstract class EventStoreContract
        implements StoreTransactionTests,
                StoreRangeTests,
                StoreContentTests,
                StoreCopyTests,
                StoreLifecycleTests,
                StoreSubtreeTests,
                StoreReaderTests {
    private EventStore store;

    /** For subclasses. */
    protected EventStoreContract() {}

    /** A new, empty store; called before each test. */
    protected abstract EventStore open();

    /**
     * Closes a store and opens another one over the same data. A store that keeps nothing answers an empty one, and
     * says so in {@link #survivesReopen()}.
     */
    protected abstract EventStore reopen(EventStore store);

    /** Whether data outlives {@link #reopen}; true by default. */
    @Override
    public boolean survivesReopen() {
        return true;
    }

    /** Opens the store under test. */
    @BeforeEach
    final void openStore() {
        store = open();
    }

    /** Closes the store under test. */
    @AfterEach
    final void closeStore() {
        store.close();
    }

    @Override
    public final EventStore store() {
        return store;
    }

    @Override
    public final EventStore reopened() {
        store = reopen(store);
        return store;
    }
}
