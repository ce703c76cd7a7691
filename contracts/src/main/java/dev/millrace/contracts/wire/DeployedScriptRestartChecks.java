package dev.millrace.contracts.wire;

import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.Test;

/**
 * A check that a deployed script runs again after a restart of the service.
 *
 * @since 0.1
 */
public abstract class DeployedScriptRestartChecks extends WireChecks {
    @Test
    void check_86_scripts_come_back_after_a_restart_and_act_on_new_events_once() throws Exception {
        assumeTrue(millrace.survivesRestart(), "it needs a restart of the service");
        String stream = freshStream();
        DeployedScriptChecks.deploy(millrace, stream, "pong", DeployedScriptChecks.PONG.formatted("p"));
        DeployedScriptChecks.say(millrace, stream, "ping");
        DeployedScriptChecks.awaitPongs(millrace, stream, 1);

        millrace.restart();
        DeployedScriptChecks.say(millrace, stream, "ping");

        DeployedScriptChecks.awaitPongs(millrace, stream, 2);
        int size = millrace.history(stream).events().size();
        millrace.awaitTypes(
                stream, DeployedScriptChecks.QUIET, millrace.types(stream).toArray(String[]::new));
        assertThat(millrace.history(stream).events()).hasSize(size);
    }
}
