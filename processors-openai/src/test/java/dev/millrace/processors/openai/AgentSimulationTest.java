package dev.millrace.processors.openai;

import dev.millrace.scriptedmodel.ProviderDialect;
import dev.millrace.testkit.harness.StreamHarness;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever is interrupted, killed, doubled or reordered: the next request is well-formed, and no session is stuck. */
@Timeout(3600)
class AgentSimulationTest {
    /** 3,334 for each dialect and wire with -Plong. */
    private static final int SEEDS = Integer.getInteger("millrace.agent.seeds", 60);

    @ParameterizedTest
    @EnumSource(ProviderDialect.class)
    void should_become_idle_without_a_refused_request(ProviderDialect dialect) {
        run(dialect, List.of(Wire.RESPONSES));
    }

    /** Servers of Open Responses have the rules of OpenAI on this wire. */
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OPEN_RESPONSES")
    void should_become_idle_without_a_refused_request_for_a_chat_completion(ProviderDialect dialect) {
        run(dialect, List.of(Wire.CHAT));
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OPEN_RESPONSES")
    void should_become_idle_without_a_refused_request_while_the_wire_changes(ProviderDialect dialect) {
        run(dialect, List.of(Wire.CHAT, Wire.RESPONSES));
    }

    private static void run(ProviderDialect dialect, List<Wire> wires) {
        StreamHarness.underSeeds(SEEDS, seed -> new AgentSimulation(seed, dialect, wires).run());
    }
}
