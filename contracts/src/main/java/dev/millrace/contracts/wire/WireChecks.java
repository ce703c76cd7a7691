package dev.millrace.contracts.wire;

import dev.millrace.core.runner.Timers;
import java.time.Instant;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/** A suite of checks of one service, which stays open. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit sets it before all
public abstract class WireChecks {
    /** The service to check. */
    protected ServiceClient millrace;

    /** Finds the service, once, before the first check. */
    protected abstract ServiceClient service();

    /** The time by the clock of this machine. */
    static Instant now() {
        return Timers.system().now();
    }

    @BeforeAll
    final void findService() {
        millrace = service();
    }
}
