package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
    private static final long KIB = 1024;

    private final MemoryBudget budget = MemoryBudget.of(4_800 * KIB);
    private final MemoryBudget.Pool work = budget.work();

    @Test
    void should_leave_a_reserve_for_small_amounts_when_large_ones_have_taken_all() {
        MemoryBudget.Pool work = MemoryBudget.of(4_800 * KIB).work();
        assertThat(work.take(3_000 * KIB)).isCompleted();

        assertThat(work.take(500 * KIB)).isNotDone();
        assertThat(work.tryTake(40 * KIB, 400 * KIB)).isFalse();
        for (int taken = 0; taken + 40 <= 3_000 / 16; taken += 40) {
            assertThat(work.take(40 * KIB)).isCompleted();
        }
        assertThat(work.take(40 * KIB)).isNotDone();
    }

    @Test
    void should_keep_parts_for_bodies_that_arrive_and_for_reads() {
        assertThat(budget.bodies().capacity()).isEqualTo(900 * KIB);
        assertThat(budget.reads().capacity()).isEqualTo(600 * KIB);
        assertThat(budget.live().capacity()).isEqualTo(300 * KIB);
        assertThat(work.capacity()).isEqualTo(3_000 * KIB);
        assertThat(budget.bodies().tryTake(900 * KIB)).isTrue();
        assertThat(budget.bodies().tryTake(1, 900 * KIB)).isFalse();
        assertThat(budget.reads().tryTake(600 * KIB)).isTrue();
        assertThat(budget.live().tryTake(300 * KIB)).isTrue();
        assertThat(work.tryTake(3_000 * KIB)).isTrue();
    }

    @Test
    void should_serve_those_who_wait_in_order_and_let_small_ones_pass() {
        assertThat(work.take(2_000 * KIB)).isCompleted();
        CompletableFuture<Void> large = work.take(2_500 * KIB);
        CompletableFuture<Void> next = work.take(500 * KIB);
        assertThat(work.take(10 * KIB)).isCompleted();
        assertThat(large).isNotDone();
        assertThat(next).isNotDone();

        work.give(2_010 * KIB);

        assertThat(large).isCompleted();
        assertThat(next).isCompleted();
        assertThat(work.used()).isEqualTo(3_000 * KIB);
    }

    @Test
    void should_serve_a_small_amount_that_waits_behind_a_large_one() {
        assertThat(work.take(3_000 * KIB)).isCompleted();
        assertThat(work.tryTake(3_000 * KIB / 16, KIB)).isTrue();
        CompletableFuture<Void> large = work.take(500 * KIB);
        CompletableFuture<Void> small = work.take(10 * KIB);
        assertThat(small).isNotDone();

        work.give(10 * KIB);

        assertThat(small).isCompleted();
        assertThat(large).isNotDone();
    }

    @Test
    void should_give_nothing_to_those_who_no_longer_wait() {
        assertThat(work.take(3_000 * KIB)).isCompleted();
        CompletableFuture<Void> gone = work.take(2_000 * KIB);
        CompletableFuture<Void> next = work.take(2_000 * KIB);
        gone.completeExceptionally(new IllegalStateException("no time"));

        work.give(3_000 * KIB);

        assertThat(next).isCompleted();
        assertThat(work.used()).isEqualTo(2_000 * KIB);
    }

    @Test
    void should_serve_those_behind_one_who_no_longer_waits() {
        assertThat(work.take(1_000 * KIB)).isCompleted();
        CompletableFuture<Void> gone = work.take(2_500 * KIB);
        CompletableFuture<Void> next = work.take(1_500 * KIB);
        assertThat(next).isNotDone();

        gone.completeExceptionally(new IllegalStateException("no time"));

        assertThat(next).isCompleted();
        assertThat(work.take(500 * KIB)).isCompleted();
        assertThat(work.used()).isEqualTo(3_000 * KIB);
    }

    @Test
    void should_refuse_what_it_never_has() {
        assertThatThrownBy(() -> work.take(3_000 * KIB + 1)).hasMessageContaining("at most 3072000 bytes");
        assertThatThrownBy(() -> MemoryBudget.of(1_023 * KIB))
                .hasMessageContaining("bytes must be 1048576 or more, got 1047552");
    }
}
