package dev.millrace.core.runner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class VirtualTimersTest {
    private final VirtualTimers timers = new VirtualTimers();
    private final List<String> ran = new ArrayList<>();

    private Runnable task(String name) {
        return () -> ran.add(name + " at " + timers.now().toEpochMilli() % 1_000_000);
    }

    @Test
    void should_stand_still_until_it_is_advanced() {
        assertThat(timers.now()).isEqualTo("2026-01-01T00:00:00Z");

        timers.advance(Duration.ofMinutes(3));

        assertThat(timers.now()).isEqualTo("2026-01-01T00:03:00Z");
        assertThat(new VirtualTimers(Instant.EPOCH).now()).isEqualTo(Instant.EPOCH);
    }

    @Test
    void should_run_due_tasks_in_order_at_the_time_they_are_due() {
        timers.after(Duration.ofMillis(20), task("b"));
        timers.after(Duration.ofMillis(10), task("a"));
        timers.after(Duration.ofMillis(20), task("c"));
        timers.after(Duration.ofMillis(31), task("late"));

        timers.advance(Duration.ofMillis(30));

        assertThat(ran).containsExactly("a at 600010", "b at 600020", "c at 600020");
        assertThat(timers.pending()).isEqualTo(1);
        assertThat(timers).hasToString("VirtualTimers at 2026-01-01T00:00:00.030Z, 1 pending");
    }

    @Test
    void should_run_what_a_task_schedules_within_the_same_advance() {
        timers.after(Duration.ofMillis(10), () -> timers.after(Duration.ofMillis(10), task("second")));

        timers.advance(Duration.ofMillis(20));

        assertThat(ran).containsExactly("second at 600020");
    }

    @Test
    void should_run_a_task_without_delay_in_the_next_advance_and_not_before() {
        timers.after(Duration.ZERO, task("now"));
        timers.after(Duration.ofSeconds(-1), task("earlier"));
        assertThat(ran).isEmpty();

        timers.advance(Duration.ZERO);
        assertThat(ran).containsExactly("now at 600000", "earlier at 600000");
    }

    @Test
    void should_not_run_what_was_cancelled() {
        Timers.Timer timer = timers.after(Duration.ofMillis(1), task("never"));
        timer.cancel();
        timer.cancel();

        timers.advance(Duration.ofSeconds(1));

        assertThat(ran).isEmpty();
    }

    @Test
    void should_stop_at_a_task_that_throws_and_go_on_in_the_next_advance() {
        timers.after(Duration.ofMillis(1), () -> {
            throw new IllegalStateException("boom");
        });
        timers.after(Duration.ofMillis(2), task("next"));

        assertThatIllegalStateException()
                .isThrownBy(() -> timers.advance(Duration.ofSeconds(1)))
                .withMessage("boom");
        assertThat(timers.now().toEpochMilli() % 1_000).isEqualTo(1);

        timers.advance(Duration.ofSeconds(1));
        assertThat(ran).hasSize(1);
    }

    @Test
    void should_refuse_to_run_backwards_or_within_itself() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> timers.advance(Duration.ofMillis(-1)))
                .withMessage("time does not run backwards, got PT-0.001S");

        timers.after(Duration.ZERO, () -> timers.advance(Duration.ofSeconds(1)));
        assertThatIllegalStateException()
                .isThrownBy(() -> timers.advance(Duration.ZERO))
                .withMessageContaining("advance was called from a timer task");
    }

    @Test
    void should_run_every_task_once_when_many_threads_schedule_and_advance() throws InterruptedException {
        AtomicInteger runs = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(4);
        for (int thread = 0; thread < 4; thread++) {
            new Thread(() -> {
                        for (int i = 0; i < 1_000; i++) {
                            timers.after(Duration.ofMillis(i % 5), runs::incrementAndGet);
                            timers.advance(Duration.ofMillis(1));
                        }
                        done.countDown();
                    })
                    .start();
        }
        assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();

        timers.advance(Duration.ofMillis(5));

        assertThat(runs).hasValue(4_000);
        assertThat(timers.now()).isEqualTo(Instant.parse("2026-01-01T00:00:04.005Z"));
    }

    @Test
    void should_run_a_task_at_its_time_though_the_clock_moved_before_it_was_armed() {
        Instant due = timers.now().plusSeconds(30);
        timers.advance(Duration.ofMillis(20));
        timers.at(due, task("alarm"));
        assertThat(timers.nextDue()).contains(due);
        assertThat(timers.remaining()).containsExactly(Duration.ofMillis(29_980));

        timers.advance(Duration.ofMillis(29_979));
        assertThat(ran).isEmpty();
        timers.advance(Duration.ofMillis(1));
        assertThat(ran).hasSize(1);
    }

    @Test
    void should_run_what_is_overdue_in_the_next_advance() {
        timers.at(timers.now().minusSeconds(1), task("late"));
        assertThat(ran).isEmpty();

        timers.advance(Duration.ZERO);
        assertThat(ran).hasSize(1);
    }

    @Test
    void should_run_nothing_when_the_clock_is_set_and_then_what_is_due_by_the_new_time() {
        Instant start = timers.now();
        timers.at(start.plusSeconds(10), task("a"));
        timers.after(Duration.ofSeconds(10), task("b"));
        timers.set(start.plusSeconds(20));
        assertThat(ran).isEmpty();
        assertThat(timers.remaining()).containsExactly(Duration.ofSeconds(-10), Duration.ofSeconds(10));

        timers.advance(Duration.ZERO);
        assertThat(ran).containsExactly("a at 620000");
    }

    @Test
    void should_neither_delay_a_time_nor_a_duration_when_the_clock_is_set_backwards() {
        Instant start = timers.now();
        timers.at(start.plusSeconds(10), task("a"));
        timers.after(Duration.ofSeconds(10), task("b"));
        timers.advance(Duration.ofSeconds(4));
        timers.set(start.minusSeconds(86_400));

        timers.advance(Duration.ofMillis(5_999));
        assertThat(ran).isEmpty();
        timers.advance(Duration.ofMillis(1));
        assertThat(ran).hasSize(2);
    }

    @Test
    void should_count_the_elapsed_time_also_when_the_clock_is_set() {
        timers.advance(Duration.ofSeconds(3));
        timers.set(timers.now().minusSeconds(100));
        timers.advance(Duration.ofSeconds(2));

        assertThat(timers.elapsed()).isEqualTo(Duration.ofSeconds(5));
        assertThat(timers.now()).isEqualTo("2025-12-31T23:58:25Z");
    }

    @Test
    void should_wait_before_each_time_at_which_something_falls_due() {
        AtomicInteger underWay = new AtomicInteger();
        timers.after(Duration.ofSeconds(1), () -> {
            ran.add("a");
            underWay.set(3);
        });
        timers.after(Duration.ofSeconds(2), () -> {
            assertThat(underWay).hasValue(0);
            ran.add("b");
        });

        timers.advanceWhen(() -> underWay.getAndUpdate(left -> Math.max(0, left - 1)) == 0, Duration.ofSeconds(3));

        assertThat(ran).containsExactly("a", "b");
        assertThat(timers.now()).isEqualTo("2026-01-01T00:00:03Z");
    }

    @Test
    void should_advance_only_when_nothing_is_under_way() {
        AtomicInteger underWay = new AtomicInteger(3);
        timers.after(Duration.ofSeconds(1), () -> {
            assertThat(underWay).hasValue(0);
            ran.add("a");
        });

        timers.advanceWhen(() -> underWay.getAndUpdate(left -> Math.max(0, left - 1)) == 0, Duration.ofSeconds(1));

        assertThat(ran).containsExactly("a");
    }
}
