package dev.millrace.contracts.wire;

import dev.millrace.core.runner.Timers;
import java.time.Instant;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/**
 * A suite of checks of one service. The suite does not close the service.
 *
 * @since 0.1
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit sets the field before all tests
public abstract class WireChecks {
    protected ServiceClient millrace;

    /** The service to check; called once, before the first check. */
    protected abstract ServiceClient service();

    /** The time of this machine's clock. */
    static Instant now() {
        return Timers.system().now();
    }

    @BeforeAll
    final void findService() {
        millrace = service();
    }
}
