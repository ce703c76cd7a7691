package dev.millrace.contracts.tck;

import dev.millrace.contracts.wire.AppendChecks;
import dev.millrace.contracts.wire.BreakerChecks;
import dev.millrace.contracts.wire.BreakerRestartChecks;
import dev.millrace.contracts.wire.CompressionChecks;
import dev.millrace.contracts.wire.DeployedScriptChecks;
import dev.millrace.contracts.wire.DeployedScriptRestartChecks;
import dev.millrace.contracts.wire.OffsetChecks;
import dev.millrace.contracts.wire.PathChecks;
import dev.millrace.contracts.wire.ProcessorStateChecks;
import dev.millrace.contracts.wire.ReadChecks;
import dev.millrace.contracts.wire.RobustnessChecks;
import dev.millrace.contracts.wire.ScheduleChecks;
import dev.millrace.contracts.wire.ScheduleRestartChecks;
import dev.millrace.contracts.wire.SecretChecks;
import dev.millrace.contracts.wire.ServiceClient;
import dev.millrace.contracts.wire.StateChecks;
import dev.millrace.contracts.wire.SurfaceChecks;
import dev.millrace.contracts.wire.TransformerChecks;
import dev.millrace.contracts.wire.WireChecks;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The suites of checks, with the names for {@code --only}. */
enum CheckSuite {
    APPEND(Appends.class),
    OFFSET(Offsets.class),
    PATH(Paths.class),
    READ(Reads.class),
    STATE(States.class),
    SURFACE(Surfaces.class, Compressions.class),
    ROBUSTNESS(Robustnesss.class),
    BREAKER(Breakers.class, BreakerRestarts.class),
    SCHEDULE(Schedules.class, ScheduleRestarts.class),
    TRANSFORMER(Transformers.class),
    WORKER(Workers.class, WorkerRestarts.class),
    SECRET(Secrets.class),
    SLICE(Slices.class);

    private final List<Class<? extends WireChecks>> checks;

    CheckSuite(Class<? extends WireChecks> checks) {
        this.checks = List.of(checks);
    }

    CheckSuite(Class<? extends WireChecks> checks, Class<? extends WireChecks> more) {
        this.checks = List.of(checks, more);
    }

    /** The classes that JUnit runs, in this order. */
    List<Class<? extends WireChecks>> checks() {
        return checks;
    }

    /** The name as it is typed. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<CheckSuite> of(String word) {
        return Arrays.stream(values())
                .filter(suite -> suite.word().equals(word.strip().toLowerCase(Locale.ROOT)))
                .findFirst();
    }

    /** The suite of these checks; empty if they belong to none. */
    static Optional<CheckSuite> of(Class<?> checks) {
        return Arrays.stream(values())
                .filter(suite -> suite.checks.contains(checks))
                .findFirst();
    }

    /** The name of a check: the name of its method as a sentence. */
    static String sentence(String method) {
        return method.replaceFirst("^(check|should)_", "").replace('_', ' ');
    }

    static String words() {
        return Arrays.stream(values()).map(CheckSuite::word).collect(Collectors.joining(", "));
    }

    static final class Appends extends AppendChecks {
        @Override
        protected ServiceClient service() {
            return ServiceUnderTest.current();
        }
    }

    static final class Offsets extends OffsetChecks {
        @Override
        protected ServiceClient service() {
            return ServiceUnderTest.current();
        }
    }

    static final class Paths extends PathChecks {
        @Override
        protected ServiceClient service() {
            return ServiceUnderTest.current();
        }
    }

    static final class Reads extends ReadChecks {
        @Override
        protected ServiceClient service() {
            return ServiceUnderTest.current();
        }
    }

    static final class States extends StateChecks {
        @Override
        protected ServiceClient service() {
            return ServiceUnderTest.current();
        }
    }

    static final class Surfaces extends SurfaceChecks {
        @Override
        protected ServiceClient service() {
            return ServiceUnderTest.current();
        }
    }

    static final class Compressions extends CompressionChecks {
        @Override
        protected ServiceClient service() {
            return ServiceUnderTest.current();
        }
    }

    static final class Robustnesss extends RobustnessChecks {
        @Override
        protected ServiceClient service() {
            return ServiceUnderTest.current();
        }
    }

    static final class Breakers extends BreakerChecks {
        @Override
        protected ServiceClient service() {
            return ServiceUnderTest.current();
        }
    }

    static final class BreakerRestarts extends BreakerRestartChecks {
        @Override
        protected ServiceClient service() {
            return ServiceUnderTest.current();
        }
    }

    static final class Schedules extends ScheduleChecks {
        @Override
        protected ServiceClient service() {
            return ServiceUnderTest.current();
        }
    }

    static final class ScheduleRestarts extends ScheduleRestartChecks {
        @Override
        protected ServiceClient service() {
            return ServiceUnderTest.current();
        }
    }

    static final class Transformers extends TransformerChecks {
        @Override
        protected ServiceClient service() {
            return ServiceUnderTest.current();
        }
    }

    static final class Workers extends DeployedScriptChecks {
        @Override
        protected ServiceClient service() {
            return ServiceUnderTest.current();
        }
    }

    static final class WorkerRestarts extends DeployedScriptRestartChecks {
        @Override
        protected ServiceClient service() {
            return ServiceUnderTest.current();
        }
    }

    static final class Secrets extends SecretChecks {
        @Override
        protected ServiceClient service() {
            return ServiceUnderTest.current();
        }
    }

    static final class Slices extends ProcessorStateChecks {
        @Override
        protected ServiceClient service() {
            return ServiceUnderTest.current();
        }
    }
}
