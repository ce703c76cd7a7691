package dev.millrace.acceptance;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/** The wire checks with a server that keeps its streams on disk. */
@SuppressWarnings("NullAway.Init") // JUnit sets it before all
class SqliteWireTest extends WireChecks {
    @TempDir
    private static Path data;

    @Override
    PackagedServer start() throws Exception {
        return PackagedServer.on(data);
    }
}
