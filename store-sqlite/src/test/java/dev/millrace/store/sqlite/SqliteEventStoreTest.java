package dev.millrace.store.sqlite;

import dev.millrace.contracts.store.EventStoreContract;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.StreamKey;
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
    public boolean damage(StreamKey stream, long offset) {
        DamagedRecordTest.change(
                directory,
                "UPDATE events SET body = CAST(substr(body, 1, 9) || 'x' || substr(body, 11) AS BLOB) WHERE offset = "
                        + offset + " AND stream_id = (SELECT id FROM streams WHERE path = '" + stream.path() + "')");
        return true;
    }

    @Override
    protected EventStore reopen(EventStore store) {
        store.close();
        return open();
    }
}
