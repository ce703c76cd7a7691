package dev.millrace.acceptance;

import dev.millrace.contracts.wire.BreakerRestartChecks;
import dev.millrace.contracts.wire.DeployedScriptRestartChecks;
import dev.millrace.contracts.wire.ScheduleRestartChecks;
import dev.millrace.contracts.wire.ServiceClient;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The wire checks that restart the server, one at a time. The server keeps its streams on disk. */
@SuppressWarnings("NullAway.Init") // JUnit sets it before all
class RestartTest {
    @TempDir
    private static Path data;

    private static PackagedServer server;

    @BeforeAll
    static void open() throws Exception {
        server = PackagedServer.on(data);
    }

    @AfterAll
    static void close() throws Exception {
        server.close();
    }

    @Nested
    class Breakers extends BreakerRestartChecks {
        @Override
        protected ServiceClient service() {
            return server;
        }
    }

    @Nested
    class Schedules extends ScheduleRestartChecks {
        @Override
        protected ServiceClient service() {
            return server;
        }
    }

    @Nested
    class Workers extends DeployedScriptRestartChecks {
        @Override
        protected ServiceClient service() {
            return server;
        }
    }
}
