package dev.millrace.contracts.wire;

import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

/**
 * A check that the circuit breaker keeps its configuration after a restart of the service.
 *
 * @since 0.1
 */
public abstract class BreakerRestartChecks extends WireChecks {
    @Test
    void check_60_the_configuration_survives_a_restart() throws Exception {
        assumeTrue(millrace.survivesRestart(), "it needs a restart of the service");
        String stream = freshStream();
        BreakerChecks.configure(millrace, stream);

        millrace.restart();

        assertThat(millrace.slice(stream, "circuit-breaker")
                        .at("/config/burstCapacity")
                        .intValue())
                .isEqualTo(5);
        for (int i = 0; i < 6; i++) {
            millrace.append(stream, "{\"type\":\"quick\"}");
        }
        millrace.awaitHistory(stream, events -> BreakerChecks.paused(events).isPresent());
    }
}
