package dev.millrace.processors.openai;

import dev.millrace.scriptedmodel.ProviderDialect;
import dev.millrace.testkit.harness.StreamHarness;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever is interrupted, killed, doubled or reordered: the next request is well-formed, and no session is stuck. */
@Timeout(3600)
class AgentSimulationTest {
    /** 3,334 for each dialect with -Plong. */
    private static final int SEEDS = Integer.getInteger("millrace.agent.seeds", 60);

    @ParameterizedTest
    @EnumSource(ProviderDialect.class)
    void should_become_idle_without_a_refused_request(ProviderDialect dialect) {
        StreamHarness.underSeeds(SEEDS, seed -> new AgentSimulation(seed, dialect).run());
    }
}
