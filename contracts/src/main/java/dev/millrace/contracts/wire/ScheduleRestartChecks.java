package dev.millrace.contracts.wire;

import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

/**
 * A check that a schedule still runs once after a restart of the service, in real time.
 *
 * @since 0.1
 */
public abstract class ScheduleRestartChecks extends WireChecks {
    @Test
    void check_69_a_delay_survives_a_restart_and_fires_once() throws Exception {
        assumeTrue(millrace.survivesRestart(), "it needs a restart of the service");
        String stream = freshStream();
        millrace.append(stream, ScheduleChecks.event("one", "target", ScheduleChecks.onceIn(2)));
        millrace.awaitHistory(stream, events -> events.size() >= 3);

        millrace.restart();

        millrace.awaitTypes(stream, ScheduleChecks.QUIET, ScheduleChecks.ONE_SHOT);
    }
}
