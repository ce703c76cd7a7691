package dev.millrace.acceptance;

import dev.millrace.contracts.wire.AppendChecks;
import dev.millrace.contracts.wire.BreakerChecks;
import dev.millrace.contracts.wire.CompressionChecks;
import dev.millrace.contracts.wire.DeployedScriptChecks;
import dev.millrace.contracts.wire.OffsetChecks;
import dev.millrace.contracts.wire.PathChecks;
import dev.millrace.contracts.wire.ProcessorStateChecks;
import dev.millrace.contracts.wire.ReadChecks;
import dev.millrace.contracts.wire.RobustnessChecks;
import dev.millrace.contracts.wire.ScheduleChecks;
import dev.millrace.contracts.wire.SecretChecks;
import dev.millrace.contracts.wire.ServiceClient;
import dev.millrace.contracts.wire.StateChecks;
import dev.millrace.contracts.wire.SurfaceChecks;
import dev.millrace.contracts.wire.TransformerChecks;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * All wire checks that need no restart, with one server. The suites run concurrently, and so do the checks that wait
 * for real time. Each check has its own streams and does not depend on the speed of other checks.
 */
@Execution(ExecutionMode.CONCURRENT)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit sets it before all
abstract class WireChecks {
    private PackagedServer server;

    /** Starts a server that is discarded afterwards. */
    abstract PackagedServer start() throws Exception;

    @BeforeAll
    void open() throws Exception {
        server = start();
    }

    @AfterAll
    void close() throws Exception {
        server.close();
    }

    private PackagedServer server() {
        return server;
    }

    @Nested
    class Appends extends AppendChecks {
        @Override
        protected ServiceClient service() {
            return server();
        }
    }

    @Nested
    class Offsets extends OffsetChecks {
        @Override
        protected ServiceClient service() {
            return server();
        }
    }

    @Nested
    class Paths extends PathChecks {
        @Override
        protected ServiceClient service() {
            return server();
        }
    }

    @Nested
    @Execution(ExecutionMode.CONCURRENT)
    class Reads extends ReadChecks {
        @Override
        protected ServiceClient service() {
            return server();
        }
    }

    @Nested
    @Execution(ExecutionMode.CONCURRENT)
    class States extends StateChecks {
        @Override
        protected ServiceClient service() {
            return server();
        }
    }

    @Nested
    @Execution(ExecutionMode.CONCURRENT)
    class Surfaces extends SurfaceChecks {
        @Override
        protected ServiceClient service() {
            return server();
        }
    }

    @Nested
    @Execution(ExecutionMode.CONCURRENT)
    class Compressions extends CompressionChecks {
        @Override
        protected ServiceClient service() {
            return server();
        }
    }

    @Nested
    @Execution(ExecutionMode.CONCURRENT)
    class Breakers extends BreakerChecks {
        @Override
        protected ServiceClient service() {
            return server();
        }
    }

    @Nested
    @Execution(ExecutionMode.CONCURRENT)
    class Schedules extends ScheduleChecks {
        @Override
        protected ServiceClient service() {
            return server();
        }
    }

    @Nested
    @Execution(ExecutionMode.CONCURRENT)
    class Transformers extends TransformerChecks {
        @Override
        protected ServiceClient service() {
            return server();
        }
    }

    @Nested
    @Execution(ExecutionMode.SAME_THREAD) // they share a receiver
    class Subscribers extends SubscriberChecks {
        @Override
        protected ServiceClient service() {
            return server();
        }
    }

    @Nested
    @Execution(ExecutionMode.CONCURRENT)
    class Workers extends DeployedScriptChecks {
        @Override
        protected ServiceClient service() {
            return server();
        }
    }

    @Nested
    @Execution(ExecutionMode.CONCURRENT)
    class Slices extends ProcessorStateChecks {
        @Override
        protected ServiceClient service() {
            return server();
        }
    }

    @Nested
    class Secrets extends SecretChecks {
        @Override
        protected ServiceClient service() {
            return server();
        }
    }

    @Nested
    class Robustness extends RobustnessChecks {
        @Override
        protected int bodies() {
            return Rounds.LONG ? super.bodies() : 50;
        }

        @Override
        protected ServiceClient service() {
            return server();
        }
    }
}
