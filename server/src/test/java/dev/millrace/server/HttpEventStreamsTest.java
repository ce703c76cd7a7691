package dev.millrace.server;

import dev.millrace.client.HttpEventStreams;
import dev.millrace.contracts.EventStreamsContract;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.engine.StreamEngine;
import dev.millrace.store.sqlite.SqliteEventStore;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The contract of {@code EventStreams}, over client, server and SQLite store. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpEventStreamsTest extends EventStreamsContract {
    private final Map<ProjectSlug, HttpEventStreams> clients = new ConcurrentHashMap<>();
    private StreamEngine engine;
    private MillraceServer server;

    @BeforeAll
    void start(@TempDir Path directory) {
        engine = StreamEngine.builder(SqliteEventStore.open(directory)).start();
        server = MillraceServer.builder(engine).port(0).start();
    }

    @AfterAll
    void stop() {
        clients.values().forEach(HttpEventStreams::close);
        server.close();
        engine.close();
    }

    @Override
    protected EventStreams streams(ProjectSlug project) {
        return clients.computeIfAbsent(
                project,
                slug -> HttpEventStreams.builder(server.baseUri()).project(slug).build());
    }
}
