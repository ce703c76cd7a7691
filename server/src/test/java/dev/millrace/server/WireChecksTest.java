package dev.millrace.server;

import dev.millrace.contracts.wire.AppendChecks;
import dev.millrace.contracts.wire.CompressionChecks;
import dev.millrace.contracts.wire.OffsetChecks;
import dev.millrace.contracts.wire.PathChecks;
import dev.millrace.contracts.wire.ReadChecks;
import dev.millrace.contracts.wire.RobustnessChecks;
import dev.millrace.contracts.wire.ServiceClient;
import dev.millrace.contracts.wire.StateChecks;
import dev.millrace.contracts.wire.SurfaceChecks;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;

/** The wire checks that need no processor, with a server in this process. */
@SuppressWarnings("NullAway.Init") // JUnit sets it before all
class WireChecksTest {
    private static RunningServer server;

    @BeforeAll
    static void start() {
        server = new RunningServer();
    }

    @AfterAll
    static void stop() throws Exception {
        server.close();
    }

    @Nested
    class Appends extends AppendChecks {
        @Override
        protected ServiceClient service() {
            return server;
        }
    }

    @Nested
    class Offsets extends OffsetChecks {
        @Override
        protected ServiceClient service() {
            return server;
        }
    }

    @Nested
    class Paths extends PathChecks {
        @Override
        protected ServiceClient service() {
            return server;
        }
    }

    @Nested
    class Reads extends ReadChecks {
        @Override
        protected ServiceClient service() {
            return server;
        }
    }

    @Nested
    class States extends StateChecks {
        @Override
        protected ServiceClient service() {
            return server;
        }
    }

    @Nested
    class Surface extends SurfaceChecks {
        @Override
        protected ServiceClient service() {
            return server;
        }
    }

    @Nested
    class Compression extends CompressionChecks {
        @Override
        protected ServiceClient service() {
            return server;
        }
    }

    @Nested
    class Robustness extends RobustnessChecks {
        @Override
        protected ServiceClient service() {
            return server;
        }
    }
}
