package dev.millrace.acceptance;

import dev.millrace.contracts.wire.AppendChecks;
import dev.millrace.contracts.wire.BreakerChecks;
import dev.millrace.contracts.wire.OffsetChecks;
import dev.millrace.contracts.wire.PathChecks;
import dev.millrace.contracts.wire.ReadChecks;
import dev.millrace.contracts.wire.RobustnessChecks;
import dev.millrace.contracts.wire.ScheduleChecks;
import dev.millrace.contracts.wire.SecretChecks;
import dev.millrace.contracts.wire.Service;
import dev.millrace.contracts.wire.StateChecks;
import dev.millrace.contracts.wire.SurfaceChecks;
import dev.millrace.contracts.wire.TransformerChecks;
import dev.millrace.contracts.wire.WorkerChecks;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;

/** Every check of the wire, against one server. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit sets it before all
abstract class WireChecks {
    private PackagedServer server;

    /** A server that is thrown away afterwards. */
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
        protected Service service() {
            return server();
        }
    }

    @Nested
    class Offsets extends OffsetChecks {
        @Override
        protected Service service() {
            return server();
        }
    }

    @Nested
    class Paths extends PathChecks {
        @Override
        protected Service service() {
            return server();
        }
    }

    @Nested
    class Reads extends ReadChecks {
        @Override
        protected Service service() {
            return server();
        }
    }

    @Nested
    class States extends StateChecks {
        @Override
        protected Service service() {
            return server();
        }
    }

    @Nested
    class Surfaces extends SurfaceChecks {
        @Override
        protected Service service() {
            return server();
        }
    }

    @Nested
    class Breakers extends BreakerChecks {
        @Override
        protected Service service() {
            return server();
        }
    }

    @Nested
    class Schedules extends ScheduleChecks {
        @Override
        protected Service service() {
            return server();
        }
    }

    @Nested
    class Transformers extends TransformerChecks {
        @Override
        protected Service service() {
            return server();
        }
    }

    @Nested
    class Subscribers extends SubscriberChecks {
        @Override
        protected Service service() {
            return server();
        }
    }

    @Nested
    class Workers extends WorkerChecks {
        @Override
        protected Service service() {
            return server();
        }
    }

    @Nested
    class Secrets extends SecretChecks {
        @Override
        protected Service service() {
            return server();
        }
    }

    @Nested
    class Robustness extends RobustnessChecks {
        @Override
        protected Service service() {
            return server();
        }
    }
}
