package dev.millrace.benchmarks;

import dev.millrace.benchmarks.suite.ScratchDirectory;
import dev.millrace.benchmarks.suite.Settings;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.engine.StreamEngine;
import dev.millrace.store.sqlite.SqliteEventStore;
import java.io.IOException;
import java.nio.file.Path;

/** An engine in this process with the durable store in a temporary directory. */
record StoreDirectory(ScratchDirectory scratch, StreamEngine engine) implements AutoCloseable {
    static StoreDirectory open(Settings settings) throws IOException {
        ScratchDirectory scratch = ScratchDirectory.in(settings.directory(), "store");
        return new StoreDirectory(
                scratch,
                StreamEngine.builder(SqliteEventStore.open(scratch.path().resolve("store")))
                        .start());
    }

    EventStreams streams() {
        return engine.streams(ProjectSlug.defaultProject());
    }

    /** For the progress of runners. */
    Path progress() {
        return scratch.path().resolve("progress");
    }

    @Override
    public void close() throws IOException {
        engine.close();
        scratch.close();
    }
}
