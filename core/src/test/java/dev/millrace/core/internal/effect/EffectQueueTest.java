package dev.millrace.core.internal.effect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.internal.run.VirtualTime;
import dev.millrace.core.runner.RetryPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class EffectQueueTest {
    private static final RetryPolicy TWICE = new RetryPolicy(2, Duration.ofMillis(200), Duration.ofSeconds(30));
    private static final RetryPolicy NEVER = new RetryPolicy(0, Duration.ofMillis(200), Duration.ofSeconds(30));

    private final VirtualTime time = new VirtualTime();
    private final List<String> journal = new ArrayList<>();
    private final AtomicInteger progress = new AtomicInteger();
    private final EffectQueue lane = new EffectQueue(time.options(TWICE, 2), progress::incrementAndGet);

    @Test
    void should_run_nothing_on_the_thread_that_submits() {
        lane.submit(QueueTask.done("1", journal));

        assertThat(journal).isEmpty();
        assertThat(lane.isIdle()).isFalse();

        time.run();

        assertThat(journal).containsExactly("1#1");
        assertThat(lane.isIdle()).isTrue();
        assertThat(progress).hasValue(1);
    }

    @Test
    void should_run_first_in_first_out_and_one_at_a_time() {
        CompletableFuture<Void> first = new CompletableFuture<>();
        CompletableFuture<Void> second = new CompletableFuture<>();
        lane.submit(new QueueTask("1", journal, attempt -> first));
        lane.submit(new QueueTask("2", journal, attempt -> second));
        lane.submit(QueueTask.done("3", journal));
        time.run();

        assertThat(journal).containsExactly("1#1");
        assertThat(lane.pending()).isEqualTo(3);
        assertThat(lane.oldestPending()).hasValue(1);

        first.complete(null);
        time.run();

        assertThat(journal).containsExactly("1#1", "2#1");
        assertThat(lane.oldestPending()).hasValue(2);

        second.complete(null);
        time.run();

        assertThat(journal).containsExactly("1#1", "2#1", "3#1");
        assertThat(lane.oldestPending()).isEmpty();
        assertThat(progress).hasValue(3);
    }

    @Test
    void should_start_again_after_it_ran_empty() {
        for (int i = 1; i <= 3; i++) {
            lane.submit(QueueTask.done(String.valueOf(i), journal));
            time.run();
        }

        assertThat(journal).containsExactly("1#1", "2#1", "3#1");
    }

    @Test
    void should_skip_tasks_without_an_offset_when_asked_for_the_oldest() {
        CompletableFuture<Void> never = new CompletableFuture<>();
        lane.submit(new QueueTask("caught-up", journal, attempt -> never));
        lane.submit(QueueTask.done("7", journal));
        time.run();

        assertThat(lane.oldestPending()).hasValue(7);
    }

    @Test
    void should_run_what_a_task_submits_after_it() {
        AtomicReference<EffectQueue> self = new AtomicReference<>(lane);
        lane.submit(new QueueTask("1", journal, attempt -> {
            self.get().submit(QueueTask.done("2", journal));
            journal.add("end of 1");
            return CompletableFuture.completedFuture(null);
        }));
        time.run();

        assertThat(journal).containsExactly("1#1", "end of 1", "2#1");
    }

    @Test
    void should_retry_with_back_off_and_then_record_the_failure_and_continue() {
        lane.submit(QueueTask.failing("1", journal));
        lane.submit(QueueTask.done("2", journal));
        time.run();

        assertThat(journal).containsExactly("1#1");
        assertThat(time.untilNext()).isBetween(Duration.ofMillis(100), Duration.ofMillis(200));

        time.advance(time.untilNext());

        assertThat(journal).containsExactly("1#1", "1#2");
        assertThat(time.untilNext()).isBetween(Duration.ofMillis(200), Duration.ofMillis(400));
        assertThat(lane.oldestPending()).hasValue(1);

        time.advance(time.untilNext());

        assertThat(journal).containsExactly("1#1", "1#2", "1#3", "1 failed after 3: no 1", "2#1");
        assertThat(lane.isIdle()).isTrue();
    }

    @Test
    void should_count_tries_anew_for_the_next_task() {
        lane.submit(new QueueTask(
                "1",
                journal,
                attempt -> attempt < 3
                        ? CompletableFuture.failedFuture(new IllegalStateException("not yet"))
                        : CompletableFuture.completedFuture(null)));
        lane.submit(QueueTask.done("2", journal));
        time.advance(Duration.ofSeconds(10));

        assertThat(journal).containsExactly("1#1", "1#2", "1#3", "2#1");
    }

    @Test
    void should_give_up_at_once_when_another_try_cannot_help() {
        lane.submit(QueueTask.failing("1", journal).notRetryable());
        time.run();

        assertThat(journal).containsExactly("1#1", "1 failed after 1: no 1");
        assertThat(time.armed()).isZero();
        assertThat(lane.isIdle()).isTrue();
    }

    @Test
    void should_hold_the_head_until_its_failure_is_recorded() {
        CompletableFuture<Void> recorded = new CompletableFuture<>();
        lane.submit(QueueTask.failing("1", journal).notRetryable().buriedBy(recorded));
        lane.submit(QueueTask.done("2", journal));
        time.run();

        assertThat(lane.oldestPending()).hasValue(1);

        recorded.completeExceptionally(new IllegalStateException("not even that"));
        time.run();

        assertThat(journal).containsExactly("1#1", "1 failed after 1: no 1", "2#1");
    }

    @Test
    void should_go_on_when_recording_a_failure_throws() {
        lane.submit(QueueTask.failing("1", journal).notRetryable().burialThrows(new IllegalStateException("no grave")));
        lane.submit(QueueTask.done("2", journal));
        time.run();

        assertThat(journal).containsExactly("1#1", "1 failed after 1: no 1", "2#1");
    }

    @Test
    void should_take_everything_thrown_for_a_failure_of_the_task() {
        lane.submit(new QueueTask("1", journal, attempt -> {
                    throw new NoClassDefFoundError("dev/plugin/Missing");
                })
                .notRetryable());
        lane.submit(new QueueTask("2", journal, attempt -> {
                    throw new AssertionError("broken promise");
                })
                .notRetryable());
        lane.submit(QueueTask.done("3", journal));
        time.run();

        assertThat(journal)
                .containsExactly(
                        "1#1",
                        "1 failed after 1: dev/plugin/Missing",
                        "2#1",
                        "2 failed after 1: broken promise",
                        "3#1");
    }

    @Test
    void should_fail_with_advice_when_a_task_returns_no_stage() {
        lane.submit(new QueueTask("1", journal, attempt -> null).notRetryable());
        time.run();

        assertThat(journal).hasSize(2);
        assertThat(journal.get(1)).contains("returned null instead of a stage");
    }

    @Test
    void should_go_on_when_the_listener_of_progress_throws() {
        EffectQueue careless = new EffectQueue(time.options(TWICE, 2), () -> {
            throw new IllegalStateException("store is closed");
        });
        careless.submit(QueueTask.done("1", journal));
        careless.submit(QueueTask.done("2", journal));
        time.run();

        assertThat(journal).containsExactly("1#1", "2#1");
        assertThat(careless.isIdle()).isTrue();
    }

    @Test
    void should_have_room_below_its_capacity_and_tell_when_it_has_room_again() {
        CompletableFuture<Void> first = new CompletableFuture<>();
        lane.submit(new QueueTask("1", journal, attempt -> first));
        assertThat(lane.whenRoom()).isCompleted();
        lane.submit(QueueTask.done("2", journal));
        time.run();

        CompletableFuture<Void> room = lane.whenRoom();
        CompletableFuture<Void> sameRoom = lane.whenRoom();
        assertThat(room).isNotDone();
        assertThat(lane.awaitRoom(Duration.ofMillis(1))).isFalse();

        first.complete(null);
        time.run();

        assertThat(room).isCompleted();
        assertThat(sameRoom).isCompleted();
        assertThat(lane.awaitRoom(Duration.ZERO)).isTrue();
    }

    @Test
    void should_forget_what_is_pending_when_cleared_while_a_stage_is_open() {
        CompletableFuture<Void> old = new CompletableFuture<>();
        lane.submit(new QueueTask("1", journal, attempt -> old));
        lane.submit(QueueTask.done("2", journal));
        time.run();
        CompletableFuture<Void> room = lane.whenRoom();

        lane.clear();
        time.run();

        assertThat(room).isCompleted();
        assertThat(lane.isIdle()).isTrue();
        assertThat(progress).hasValue(1);

        CompletableFuture<Void> fresh = new CompletableFuture<>();
        lane.submit(new QueueTask("3", journal, attempt -> fresh));
        time.run();
        old.complete(null);
        time.run();

        assertThat(journal).containsExactly("1#1", "3#1");
        assertThat(lane.oldestPending()).hasValue(3);
        assertThat(progress).hasValue(1);

        fresh.complete(null);
        time.run();

        assertThat(lane.isIdle()).isTrue();
    }

    @Test
    void should_forget_a_retry_when_cleared_and_count_the_next_task_from_one() {
        lane.submit(QueueTask.failing("1", journal));
        time.run();

        lane.clear();
        lane.submit(QueueTask.done("2", journal));
        time.advance(Duration.ofMinutes(1));

        assertThat(journal).containsExactly("1#1", "2#1");
        assertThat(lane.isIdle()).isTrue();
    }

    @Test
    void should_forget_a_failure_that_arrives_after_it_was_cleared() {
        CompletableFuture<Void> old = new CompletableFuture<>();
        lane.submit(new QueueTask("1", journal, attempt -> old));
        time.run();

        lane.clear();
        old.completeExceptionally(new IllegalStateException("late"));
        time.advance(Duration.ofMinutes(1));

        assertThat(journal).containsExactly("1#1");
    }

    @Test
    void should_forget_what_a_task_that_clears_the_lane_returns() {
        lane.submit(new QueueTask("1", journal, attempt -> {
            lane.clear();
            lane.submit(QueueTask.done("2", journal));
            return CompletableFuture.completedFuture(null);
        }));
        time.run();

        assertThat(journal).containsExactly("1#1", "2#1");
        assertThat(lane.isIdle()).isTrue();
    }

    @Test
    void should_run_nothing_more_when_stopped_and_still_count_it_as_not_done() {
        CompletableFuture<Void> open = new CompletableFuture<>();
        lane.submit(QueueTask.done("4", journal));
        lane.submit(new QueueTask("5", journal, attempt -> open));
        lane.submit(QueueTask.done("6", journal));
        time.run();
        CompletableFuture<Void> room = lane.whenRoom();

        lane.stop();
        lane.submit(QueueTask.done("7", journal));
        open.complete(null);
        time.advance(Duration.ofMinutes(1));

        assertThat(journal).containsExactly("4#1", "5#1");
        assertThat(room).isCompleted();
        assertThat(lane.whenRoom()).isCompleted();
        assertThat(lane.oldestPending()).hasValue(5);
        assertThat(lane.pending()).isEqualTo(3);
        assertThat(progress).as("nothing was acknowledged by stopping").hasValue(1);
    }

    @Test
    void should_not_acknowledge_what_is_submitted_after_the_stop() {
        lane.stop();
        lane.submit(QueueTask.done("7", journal));
        time.run();

        assertThat(journal).isEmpty();
        assertThat(lane.oldestPending()).hasValue(7);
    }

    @Test
    void should_know_whether_the_calling_thread_is_inside_a_task() {
        Executor direct = Runnable::run;
        EffectQueue inner = new EffectQueue(time.options(direct, NEVER, 2), () -> {});
        EffectQueue outer = new EffectQueue(time.options(direct, NEVER, 2), () -> {});
        List<Boolean> inside = new ArrayList<>();

        outer.submit(new QueueTask("1", journal, attempt -> {
            inside.add(EffectQueue.isInside());
            inner.submit(new QueueTask("2", journal, again -> {
                inside.add(EffectQueue.isInside());
                return CompletableFuture.completedFuture(null);
            }));
            inside.add(EffectQueue.isInside());
            return CompletableFuture.completedFuture(null);
        }));
        inside.add(EffectQueue.isInside());

        assertThat(inside).containsExactly(true, true, true, false);
    }
}
