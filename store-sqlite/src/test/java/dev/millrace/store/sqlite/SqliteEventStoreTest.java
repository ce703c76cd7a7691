package dev.millrace.store.sqlite;

import dev.millrace.contracts.store.EventStoreContract;
import dev.millrace.engine.spi.EventStore;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

@Tag("jdk")
class SqliteEventStoreTest extends EventStoreContract {
    @TempDir
    private Path directory;

    @Override
    protected EventStore open() {
        return SqliteEventStore.open(directory);
    }

    @Override
    protected EventStore reopen(EventStore store) {
        store.close();
        return open();
    }
}
