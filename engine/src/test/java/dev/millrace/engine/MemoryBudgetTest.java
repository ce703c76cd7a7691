package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
    private final MemoryBudget budget = MemoryBudget.of(4_800);
    private final MemoryBudget.Pool work = budget.work();

    @Test
    void should_keep_parts_for_bodies_that_arrive_and_for_reads() {
        assertThat(budget.bodies().capacity()).isEqualTo(1_200);
        assertThat(budget.reads().capacity()).isEqualTo(600);
        assertThat(work.capacity()).isEqualTo(3_000);
        assertThat(budget.bodies().tryTake(1_200)).isTrue();
        assertThat(budget.bodies().tryTake(1)).isFalse();
        assertThat(budget.reads().tryTake(600)).isTrue();
        assertThat(work.tryTake(3_000)).isTrue();
    }

    @Test
    void should_serve_those_who_wait_in_order_and_let_small_ones_pass() {
        assertThat(work.take(2_000)).isCompleted();
        CompletableFuture<Void> large = work.take(2_500);
        CompletableFuture<Void> next = work.take(500);
        assertThat(work.take(10)).isCompleted();
        assertThat(large).isNotDone();
        assertThat(next).isNotDone();

        work.give(2_010);

        assertThat(large).isCompleted();
        assertThat(next).isCompleted();
        assertThat(work.used()).isEqualTo(3_000);
    }

    @Test
    void should_give_nothing_to_those_who_no_longer_wait() {
        assertThat(work.take(3_000)).isCompleted();
        CompletableFuture<Void> gone = work.take(2_000);
        CompletableFuture<Void> next = work.take(2_000);
        gone.completeExceptionally(new IllegalStateException("no time"));

        work.give(3_000);

        assertThat(next).isCompleted();
        assertThat(work.used()).isEqualTo(2_000);
    }

    @Test
    void should_serve_those_behind_one_who_no_longer_waits() {
        assertThat(work.take(1_000)).isCompleted();
        CompletableFuture<Void> gone = work.take(2_500);
        CompletableFuture<Void> next = work.take(1_500);
        assertThat(next).isNotDone();

        gone.completeExceptionally(new IllegalStateException("no time"));

        assertThat(next).isCompleted();
        assertThat(work.take(500)).isCompleted();
        assertThat(work.used()).isEqualTo(3_000);
    }

    @Test
    void should_refuse_what_it_never_has() {
        assertThatThrownBy(() -> work.take(3_001)).hasMessageContaining("at most 3000 bytes");
        assertThatThrownBy(() -> MemoryBudget.of(0)).hasMessageContaining("got 0");
    }
}
