package dev.millrace.server.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.MemoryBudget;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class RequestMemoryTest {
    private final MemoryBudget budget = MemoryBudget.of(4_800);
    private final VirtualTimers clock = new VirtualTimers();
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final RequestMemory memory = memory();

    private RequestMemory memory() {
        return new RequestMemory(budget, clock, tasks::add);
    }

    @Test
    void should_tell_an_ended_request_from_a_full_budget() {
        assertThat(memory.keep(1_201)).isEqualTo(RequestMemory.Answer.FULL);
        assertThat(memory.keep(1_200)).isEqualTo(RequestMemory.Answer.KEPT);
        memory.end();
        assertThat(memory.keep(1)).isEqualTo(RequestMemory.Answer.ENDED);
        assertThat(budget.bodies().used()).isZero();
    }

    @Test
    void should_go_on_after_a_wait_in_its_own_thread() {
        assertThat(memory.take(3_000)).isCompleted();
        RequestMemory other = memory();
        CompletableFuture<Void> waits = other.take(2_000);

        memory.end();

        assertThat(waits).isNotDone();
        assertThat(budget.work().used()).isEqualTo(2_000);
        tasks.remove().run();
        assertThat(waits).isCompleted();
        other.end();
        assertThat(budget.work().used()).isZero();
    }

    @Test
    void should_not_stop_other_work_with_reads() {
        assertThat(memory.takeForRead(5_000)).isCompleted();
        assertThat(memory().takeForRead(1)).isNotDone();

        assertThat(memory().take(3_000)).isCompleted();
    }

    @Test
    void should_refuse_a_request_that_waits_too_long() {
        assertThat(memory.take(3_000)).isCompleted();
        CompletableFuture<Void> waits = memory().take(2_000);

        clock.advance(Duration.ofSeconds(5));
        tasks.remove().run();

        assertThat(waits).failsWithin(Duration.ZERO).withThrowableThat().withMessageContaining("too busy");
    }
}
