package dev.millrace.contracts.store;

import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.StreamKey;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/**
 * A test suite for everything that {@link EventStore} promises. A store that passes can be used by the engine.
 *
 * <pre>{@code
 * class MyEventStoreTest extends EventStoreContract {
 *   @TempDir Path directory;
 *   @Override protected EventStore open() { return MyEventStore.open(directory); }
 *   @Override protected EventStore reopen(EventStore store) { store.close(); return MyEventStore.open(directory); }
 * }
 * }</pre>
 *
 * @since 0.1
 */
public abstract class EventStoreContract
        implements StoreCommitTests,
                StoreRangeTests,
                StoreContentTests,
                StoreCopyTests,
                StoreLogTests,
                StoreLifecycleTests,
                StoreSubtreeTests,
                StoreReaderTests,
                StoreDamageTests {
    private EventStore store;

    protected EventStoreContract() {}

    /** A new, empty store; called before each test. */
    protected abstract EventStore open();

    /**
     * Closes a store and opens another one over the same data. If the store keeps no data, return an empty one, and
     * override {@link #survivesReopen()}.
     */
    protected abstract EventStore reopen(EventStore store);

    /** True, the default, if data are still there after {@link #reopen}. */
    @Override
    public boolean survivesReopen() {
        return true;
    }

    /**
     * Changes one byte of the stored JSON of an event, while the store is open, as a failing disk does. False, the
     * default, if the store has no disk; then the tests of damaged events do nothing.
     */
    @Override
    public boolean damage(StreamKey stream, long offset) {
        return false;
    }

    @BeforeEach
    final void openStore() {
        store = open();
    }

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
