package dev.millrace.server.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.MemoryBudget;
import org.junit.jupiter.api.Test;

class RequestMemoryTest {
    private final MemoryBudget budget = MemoryBudget.of(4_000);
    private final VirtualTimers clock = new VirtualTimers();
    private final RequestMemory memory = new RequestMemory(budget, clock);

    @Test
    void should_tell_an_ended_request_from_a_full_budget() {
        assertThat(memory.keep(1_001)).isEqualTo(RequestMemory.Answer.FULL);
        assertThat(memory.keep(1_000)).isEqualTo(RequestMemory.Answer.KEPT);
        memory.end();
        assertThat(memory.keep(1)).isEqualTo(RequestMemory.Answer.ENDED);
        assertThat(budget.bodies().used()).isZero();
    }
}
