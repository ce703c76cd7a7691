package dev.millrace.store.sqlite;

import dev.millrace.contracts.EventStreamsContract;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.engine.StreamEngine;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@Tag("jdk")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StreamEngineOnSqliteTest extends EventStreamsContract {
    private StreamEngine engine;

    @BeforeAll
    void start(@TempDir Path directory) {
        engine = StreamEngine.builder(SqliteEventStore.open(directory)).start();
    }

    @AfterAll
    void stop() {
        engine.close();
    }

    @Override
    protected EventStreams streams(ProjectSlug project) {
        return engine.streams(project);
    }
}
