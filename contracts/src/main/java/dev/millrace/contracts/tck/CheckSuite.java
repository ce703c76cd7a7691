package dev.millrace.contracts.tck;

import dev.millrace.contracts.wire.AppendChecks;
import dev.millrace.contracts.wire.BreakerChecks;
import dev.millrace.contracts.wire.BreakerRestartChecks;
import dev.millrace.contracts.wire.DeployedScriptChecks;
import dev.millrace.contracts.wire.DeployedScriptRestartChecks;
import dev.millrace.contracts.wire.OffsetChecks;
import dev.millrace.contracts.wire.PathChecks;
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

/** The suites of checks, by the name under which one asks for them. */
enum CheckSuite {
    /** {@link AppendChecks}. */
    APPEND(Appends.class),
    /** {@link OffsetChecks}. */
    OFFSET(Offsets.class),
    /** {@link PathChecks}. */
    PATH(Paths.class),
    /** {@link ReadChecks}. */
    READ(Reads.class),
    /** {@link StateChecks}. */
    STATE(States.class),
    /** {@link SurfaceChecks}. */
    SURFACE(Surfaces.class),
    /** {@link RobustnessChecks}. */
    ROBUSTNESS(Robustnesss.class),
    /** {@link BreakerChecks} and {@link BreakerRestartChecks}. */
    BREAKER(Breakers.class, BreakerRestarts.class),
    /** {@link ScheduleChecks} and {@link ScheduleRestartChecks}. */
    SCHEDULE(Schedules.class, ScheduleRestarts.class),
    /** {@link TransformerChecks}. */
    TRANSFORMER(Transformers.class),
    /** {@link DeployedScriptChecks} and {@link DeployedScriptRestartChecks}. */
    WORKER(Workers.class, WorkerRestarts.class),
    /** {@link SecretChecks}. */
    SECRET(Secrets.class);

    private final List<Class<? extends WireChecks>> checks;

    CheckSuite(Class<? extends WireChecks> checks) {
        this.checks = List.of(checks);
    }

    CheckSuite(Class<? extends WireChecks> checks, Class<? extends WireChecks> restartChecks) {
        this.checks = List.of(checks, restartChecks);
    }

    /** What the test framework runs, in this order. */
    List<Class<? extends WireChecks>> checks() {
        return checks;
    }

    /** As it is typed. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<CheckSuite> of(String word) {
        return Arrays.stream(values())
                .filter(suite -> suite.word().equals(word.strip().toLowerCase(Locale.ROOT)))
                .findFirst();
    }

    /** Which suite these checks belong to; empty when they are not ours. */
    static Optional<CheckSuite> of(Class<?> checks) {
        return Arrays.stream(values())
                .filter(suite -> suite.checks.contains(checks))
                .findFirst();
    }

    /** Every word, for messages. */
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
}
