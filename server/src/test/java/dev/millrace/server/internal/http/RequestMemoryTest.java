package dev.millrace.server.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.MemoryBudget;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class RequestMemoryTest {
    private static final long KIB = 1024;

    private final MemoryBudget budget = MemoryBudget.of(4_800 * KIB);
    private final VirtualTimers clock = new VirtualTimers();
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final StalledClients stalled = new StalledClients();
    private final List<String> dropped = new ArrayList<>();
    private final RequestMemory memory = memory();

    private RequestMemory memory() {
        return new RequestMemory(budget, clock, stalled, tasks::add);
    }

    @Test
    void should_tell_an_ended_request_from_a_full_budget() {
        assertThat(memory.keep(900 * KIB + 1)).isEqualTo(RequestMemory.Answer.FULL);
        assertThat(memory.keep(900 * KIB)).isEqualTo(RequestMemory.Answer.KEPT);
        memory.end();
        assertThat(memory.keep(1)).isEqualTo(RequestMemory.Answer.ENDED);
        assertThat(budget.bodies().used()).isZero();
    }

    @Test
    void should_go_on_after_a_wait_in_its_own_thread() {
        assertThat(memory.take(3_000 * KIB)).isCompleted();
        RequestMemory other = memory();
        CompletableFuture<Void> waits = other.take(2_000 * KIB);

        memory.end();

        assertThat(waits).isNotDone();
        assertThat(budget.work().used()).isEqualTo(2_000 * KIB);
        tasks.remove().run();
        assertThat(waits).isCompleted();
        other.end();
        assertThat(budget.work().used()).isZero();
    }

    @Test
    void should_not_stop_other_work_with_reads() {
        assertThat(memory.takeForRead(5_000 * KIB)).isCompleted();
        assertThat(memory().takeForRead(100 * KIB)).isNotDone();

        assertThat(memory().take(3_000 * KIB)).isCompleted();
    }

    @Test
    void should_refuse_a_request_that_waits_too_long() {
        assertThat(memory.take(3_000 * KIB)).isCompleted();
        CompletableFuture<Void> waits = memory().take(2_000 * KIB);

        clock.advance(Duration.ofSeconds(5));
        tasks.remove().run();

        assertThat(waits).failsWithin(Duration.ZERO).withThrowableThat().withMessageContaining("too busy");
    }

    private RequestMemory body(String name, long bytes, Duration stall) {
        RequestMemory body = memory();
        assertThat(body.keep(bytes)).isEqualTo(RequestMemory.Answer.KEPT);
        body.droppableBody(() -> stall, () -> {
            dropped.add(name);
            body.forgetBody();
        });
        return body;
    }

    @Test
    void should_drop_the_stalled_body_that_holds_most() {
        body("small", 100 * KIB, Duration.ofHours(1));
        body("large", 300 * KIB, Duration.ofSeconds(10));
        body("moving", 400 * KIB, Duration.ofMillis(9_999));
        body("empty", 0, Duration.ofHours(1));

        assertThat(memory.keep(200 * KIB)).isEqualTo(RequestMemory.Answer.KEPT);
        assertThat(dropped).containsExactly("large");
        assertThat(memory.keep(400 * KIB)).isEqualTo(RequestMemory.Answer.FULL);
        assertThat(dropped).containsExactly("large", "small");
    }

    private void droppableReader(RequestMemory reader) {
        Duration began = clock.elapsed();
        reader.droppableReader(() -> clock.elapsed().minus(began), () -> {
            dropped.add("reader");
            reader.end();
        });
    }

    @Test
    void should_drop_a_reader_that_stalls_while_another_waits() {
        RequestMemory reader = memory();
        assertThat(reader.takeForRead(600 * KIB)).isCompleted();
        droppableReader(reader);
        CompletableFuture<Void> waits = memory.takeForRead(600 * KIB);

        clock.advance(Duration.ofMillis(3_900));
        assertThat(dropped).isEmpty();
        clock.advance(Duration.ofMillis(100));

        assertThat(dropped).containsExactly("reader");
        tasks.remove().run();
        assertThat(waits).isCompleted();
    }

    @Test
    void should_wait_longer_for_the_reader_of_the_answer_to_an_append() {
        RequestMemory reader = memory();
        assertThat(reader.take(3_000 * KIB)).isCompleted();
        reader.keepForAnswer(2_000 * KIB);
        droppableReader(reader);

        clock.advance(Duration.ofMillis(5_500));
        CompletableFuture<Void> waits = memory.take(2_000 * KIB);
        clock.advance(Duration.ofMillis(4_400));
        assertThat(dropped).isEmpty();
        clock.advance(Duration.ofMillis(100));

        assertThat(dropped).containsExactly("reader");
        tasks.remove().run();
        assertThat(waits).isCompleted();
    }

    @Test
    void should_not_stop_appends_with_live_reads() {
        assertThat(memory.takeForLive(5_000 * KIB)).isCompleted();
        assertThat(memory().takeForLive(100 * KIB)).isNotDone();

        assertThat(memory().take(3_000 * KIB)).isCompleted();
        assertThat(memory().takeForRead(600 * KIB)).isCompleted();
        memory.giveForLive();
        assertThat(budget.live().used()).isEqualTo(100 * KIB);
    }

    @Test
    void should_take_more_for_a_page_with_a_large_event() {
        assertThat(memory.takeForRead(100 * KIB)).isCompleted();
        assertThat(memory.growForRead(50 * KIB)).isCompleted();
        assertThat(budget.reads().used()).isEqualTo(100 * KIB);
        assertThat(memory.growForRead(400 * KIB)).isCompleted();
        assertThat(budget.reads().used()).isEqualTo(400 * KIB);
    }

    @Test
    void should_not_let_two_readers_wait_for_each_other() {
        RequestMemory other = memory();
        assertThat(memory.takeForRead(300 * KIB)).isCompleted();
        assertThat(other.takeForRead(300 * KIB)).isCompleted();

        CompletableFuture<Void> first = memory.growForRead(600 * KIB);
        CompletableFuture<Void> second = other.growForRead(600 * KIB);
        assertThat(first).isNotDone();
        tasks.remove().run();
        assertThat(first).isCompleted();
        memory.end();
        tasks.remove().run();

        assertThat(second).isCompleted();
    }

    @Test
    void should_keep_only_what_the_page_of_a_live_read_has() {
        assertThat(memory.takeForLive(300 * KIB)).isCompleted();
        assertThat(memory.keepForLive(100 * KIB)).isCompleted();
        assertThat(budget.live().used()).isEqualTo(100 * KIB);
        assertThat(memory().keepForLive(200 * KIB)).isCompleted();
        assertThat(budget.live().used()).isEqualTo(300 * KIB);
    }
}
