package dev.millrace.core.internal.effect;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.Fence;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.internal.append.Appender;
import dev.millrace.core.internal.append.CausalAppender;
import dev.millrace.core.internal.append.CauseLookup;
import dev.millrace.core.internal.append.ProducerIdentity;
import dev.millrace.core.internal.run.VirtualTime;
import dev.millrace.core.processor.BackgroundTask;
import dev.millrace.core.processor.CausingOffset;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.processor.TimeLimit;
import dev.millrace.core.runner.RetryPolicy;
import dev.millrace.core.runner.ScriptedStreams;
import dev.millrace.core.runner.Timers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

@SuppressWarnings("FutureReturnValueIgnored")
class RunningTasksTest {
    private static final StreamPath OWN = StreamPath.of("/own");

    private final VirtualTime time = new VirtualTime();
    private final ScriptedStreams streams = new ScriptedStreams();
    private final List<String> journal = new ArrayList<>();
    private final CauseLookup causes = new CauseLookup(streams, OWN);
    private final Appender appender =
            new Appender(streams, OWN, time.options(RetryPolicy.DEFAULT, 64), causes, () -> {});
    private final RunningTasks<String> attempts = new RunningTasks<>(new Runner());
    private boolean failedThrows;

    @Test
    void should_run_the_work_on_the_executor_and_leave_when_it_ends() {
        CompletableFuture<Void> work = new CompletableFuture<>();
        BackgroundTask<String> attempt = launch("reply", 5, work);
        assertThat(journal).isEmpty();

        time.run();

        assertThat(journal).containsExactly("start reply@5");
        assertThat(attempts.find("reply")).containsSame(attempt);
        assertThat(attempts.isIdle()).isFalse();
        assertThat(attempt.done()).isNotDone();

        work.complete(null);

        assertThat(attempt.done()).isCompleted();
        assertThat(attempts.find("reply")).isEmpty();
        assertThat(attempts.isIdle()).isTrue();
        assertThat(attempts.names()).isEmpty();
        assertThat(journal).containsExactly("start reply@5", "changed");
    }

    @Test
    void should_do_nothing_when_launched_again_for_the_same_or_an_older_reason() {
        BackgroundTask<String> first = launch("reply", 5, new CompletableFuture<>());
        BackgroundTask<String> same = launch("reply", 5, new CompletableFuture<>());
        BackgroundTask<String> older = launch("reply", 4, new CompletableFuture<>());
        time.run();

        assertThat(same).isSameAs(first);
        assertThat(older).isSameAs(first);
        assertThat(first.isCancelled()).isFalse();
        assertThat(journal).containsExactly("start reply@5");
    }

    @Test
    void should_start_at_its_time_and_count_as_idle_until_then() {
        BackgroundTask<String> attempt = after(Duration.ofSeconds(5), 7);
        time.run();
        assertThat(journal).isEmpty();
        assertThat(attempts.isIdle()).isTrue();
        assertThat(attempts.waiting()).isEqualTo(1);
        assertThat(attempts.find("tick")).containsSame(attempt);
        assertThat(after(Duration.ofSeconds(1), 7)).isSameAs(attempt);

        time.advance(Duration.ofSeconds(5));
        time.run();

        assertThat(journal).containsExactly("changed", "start tick@7");
        assertThat(attempts.isIdle()).isFalse();
        assertThat(attempts.waiting()).isZero();
    }

    @Test
    void should_end_at_once_when_cancelled_before_its_time() {
        BackgroundTask<String> attempt = after(Duration.ofSeconds(5), 7);

        attempt.cancel();

        assertThat(attempt.done()).isCompleted();
        assertThat(attempts.names()).isEmpty();
        time.advance(Duration.ofSeconds(9));
        time.run();
        assertThat(journal).containsExactly("changed");
    }

    @Test
    void should_put_a_newer_time_in_place_of_an_older_one() {
        BackgroundTask<String> old = after(Duration.ofSeconds(5), 7);
        after(Duration.ofSeconds(2), 8);

        assertThat(old.isCancelled()).isTrue();
        time.advance(Duration.ofSeconds(9));
        time.run();
        assertThat(journal).containsExactly("changed", "changed", "start tick@8");
    }

    private BackgroundTask<String> after(Duration delay, long because) {
        return attempts.launch(
                "tick",
                new CausingOffset(because),
                TimeLimit.OPEN,
                RunningTasks.Start.after(delay),
                attempt -> {
                    journal.add("start tick@" + attempt.because().offset());
                    return new CompletableFuture<Void>();
                },
                Map.of(),
                () -> false);
    }

    @Test
    void should_supersede_for_a_newer_reason() {
        CompletableFuture<Void> oldWork = new CompletableFuture<>();
        BackgroundTask<String> old = launch("reply", 5, oldWork);
        time.run();
        BackgroundTask<String> fresh = launch("reply", 6, new CompletableFuture<>());
        time.run();

        assertThat(old.isCancelled()).isTrue();
        assertThat(fresh.isCancelled()).isFalse();
        assertThat(attempts.find("reply")).containsSame(fresh);
        assertThat(journal).containsExactly("start reply@5", "start reply@6");

        oldWork.complete(null);

        assertThat(old.done()).isCompleted();
        assertThat(attempts.find("reply"))
                .as("the end of the old one leaves the new one alone")
                .containsSame(fresh);
        assertThat(attempts.isIdle()).isFalse();
    }

    @Test
    void should_not_run_work_that_was_superseded_before_it_began() {
        BackgroundTask<String> old = launch("reply", 5, new CompletableFuture<>());
        launch("reply", 6, new CompletableFuture<>());
        time.run();

        assertThat(journal).contains("start reply@6").doesNotContain("start reply@5");
        assertThat(old.done()).isCompleted();
    }

    @Test
    void should_run_attempts_of_different_names_side_by_side() {
        BackgroundTask<String> reply = launch("reply", 5, new CompletableFuture<>());
        BackgroundTask<String> title = launch("title", 5, new CompletableFuture<>());
        time.run();

        assertThat(attempts.names()).containsExactlyInAnyOrder("reply", "title");
        assertThat(reply.isCancelled() || title.isCancelled()).isFalse();
    }

    @Test
    void should_start_again_after_a_cancel_even_for_the_same_reason() {
        BackgroundTask<String> first = launch("reply", 5, new CompletableFuture<>());
        time.run();
        first.cancel();
        assertThat(attempts.find("reply")).isEmpty();
        assertThat(attempts.isIdle())
                .as("what is cancelled can append nothing more")
                .isTrue();

        BackgroundTask<String> second = launch("reply", 5, new CompletableFuture<>());
        time.run();

        assertThat(second).isNotSameAs(first);
        assertThat(journal).containsExactly("start reply@5", "start reply@5");
    }

    @Test
    void should_run_each_cancel_hook_once_and_late_ones_at_once() {
        BackgroundTask<String> attempt = launch("reply", 5, new CompletableFuture<>());
        attempt.onCancel(() -> journal.add("first hook"));
        attempt.onCancel(() -> journal.add("second hook"));

        attempt.cancel();
        attempt.cancel();
        attempt.onCancel(() -> journal.add("late hook"));

        assertThat(journal).containsExactly("first hook", "second hook", "late hook");
    }

    @Test
    void should_run_the_other_hooks_and_the_new_work_when_a_hook_throws() {
        BackgroundTask<String> old = launch("reply", 5, new CompletableFuture<>());
        old.onCancel(() -> {
            throw new IllegalStateException("socket is gone");
        });
        old.onCancel(() -> journal.add("second hook"));
        time.run();

        launch("reply", 6, new CompletableFuture<>());
        time.run();

        assertThat(journal).containsExactly("start reply@5", "second hook", "start reply@6");
    }

    @Test
    void should_run_no_hook_when_the_work_had_ended_before_the_cancel() {
        BackgroundTask<String> attempt = launch("reply", 5, CompletableFuture.completedFuture(null));
        attempt.onCancel(() -> journal.add("hook"));
        time.run();

        attempt.cancel();

        assertThat(attempt.isCancelled()).isFalse();
        assertThat(journal).doesNotContain("hook");
    }

    @Test
    void should_refuse_appends_from_the_moment_of_the_cancel() {
        causes.remember(ScriptedStreams.event(OWN, 5, EventInput.ofType("cause")));
        BackgroundTask<String> attempt = launch("reply", 5, new CompletableFuture<>());
        time.run();
        attempt.append(draft("chunk").named("1"));

        attempt.cancel();
        var refused = attempt.append(draft("chunk").named("2"));

        assertThat(streams.sent()).containsExactly("chunk");
        assertThat(refused.handle((appended, failure) -> failure).getNow(null))
                .isInstanceOf(CancellationException.class)
                .hasMessageContainingAll("chunk", "'reply'", "cancelled");
    }

    @Test
    void should_not_send_a_parked_append_of_a_cancelled_attempt() {
        causes.remember(ScriptedStreams.event(OWN, 5, EventInput.ofType("cause")));
        BackgroundTask<String> attempt = launch("reply", 5, new CompletableFuture<>());
        var parked = attempt.append(draft("chunk"));
        streams.last().refuse(StreamException.Code.PAUSED);

        attempt.cancel();
        appender.resumed();
        time.run();

        assertThat(parked).isCompletedExceptionally();
        assertThat(streams.sent()).containsExactly("chunk");
    }

    @Test
    void should_report_a_failure_once_and_leave() {
        CompletableFuture<Void> work = new CompletableFuture<>();
        BackgroundTask<String> attempt = launch("reply", 5, work);
        time.run();

        work.completeExceptionally(new IllegalStateException("model is away"));

        assertThat(journal).containsExactly("start reply@5", "failed reply@5: model is away", "changed");
        assertThat(attempt.done()).isCompleted();
        assertThat(attempts.isIdle()).isTrue();
    }

    @Test
    void should_report_whatever_the_work_throws() {
        attempts.launch("a", new CausingOffset(1), attempt -> {
            throw new IllegalStateException("at once");
        });
        attempts.launch("b", new CausingOffset(1), attempt -> {
            throw new NoClassDefFoundError("dev/plugin/Missing");
        });
        attempts.launch("c", new CausingOffset(1), RunningTasksTest::nothing);
        time.run();

        assertThat(journal)
                .contains("failed a@1: at once", "failed b@1: dev/plugin/Missing")
                .anySatisfy(line -> assertThat(line).startsWith("failed c@1: ").contains("returned null"));
        assertThat(attempts.isIdle()).isTrue();
        assertThat(attempts.names()).isEmpty();
    }

    @Test
    void should_leave_even_when_reporting_its_failure_throws() {
        failedThrows = true;
        BackgroundTask<String> attempt =
                launch("reply", 5, CompletableFuture.failedFuture(new IllegalStateException("model is away")));
        time.run();

        assertThat(attempt.done()).isCompleted();
        assertThat(attempts.names()).isEmpty();
    }

    @Test
    void should_not_report_the_failure_of_a_cancelled_attempt() {
        CompletableFuture<Void> work = new CompletableFuture<>();
        BackgroundTask<String> attempt = launch("reply", 5, work);
        time.run();
        attempt.cancel();

        work.completeExceptionally(new IllegalStateException("socket closed"));

        assertThat(journal).containsExactly("start reply@5", "changed");
    }

    @Test
    void should_cancel_everything_and_start_nothing_more_when_stopped() {
        BackgroundTask<String> running = launch("reply", 5, new CompletableFuture<>());
        time.run();

        attempts.stop();
        BackgroundTask<String> late = launch("title", 6, new CompletableFuture<>());
        time.run();

        assertThat(running.isCancelled()).isTrue();
        assertThat(late.isCancelled()).isTrue();
        assertThat(late.done()).isCompleted();
        assertThat(journal).doesNotContain("start title@6");
        assertThat(attempts.isIdle()).isTrue();
    }

    @Test
    void should_go_on_after_everything_was_cancelled() {
        BackgroundTask<String> before = launch("reply", 50, new CompletableFuture<>());
        time.run();

        attempts.cancelAll();
        BackgroundTask<String> after = launch("reply", 2, new CompletableFuture<>());
        time.run();

        assertThat(before.isCancelled()).isTrue();
        assertThat(after.isCancelled()).isFalse();
        assertThat(attempts.find("reply")).containsSame(after);
    }

    @Test
    void should_not_let_anybody_else_declare_the_work_done() {
        BackgroundTask<String> attempt = launch("reply", 5, new CompletableFuture<>());

        attempt.done().complete(null);

        assertThat(attempt.done()).isNotDone();
        assertThat(attempts.isIdle()).isFalse();
    }

    private BackgroundTask<String> launch(String name, long because, CompletableFuture<Void> work) {
        return attempts.launch(name, new CausingOffset(because), attempt -> {
            journal.add("start " + attempt.name() + "@" + attempt.because().offset());
            return work;
        });
    }

    @SuppressWarnings("NullAway") // the test covers work that returns null
    private static CompletionStage<Void> nothing(BackgroundTask<String> attempt) {
        return null;
    }

    private static EventDraft draft(String type) {
        return EventDraft.of(EventInput.ofType(type));
    }

    private final class Runner implements RunningTasks.Surroundings<String> {
        @Override
        public Executor executor() {
            return time;
        }

        @Override
        public Timers timers() {
            return time;
        }

        @Override
        public CausalAppender appenderFor(CausingOffset because, BooleanSupplier cancelled) {
            ProducerIdentity identity = new ProducerIdentity("chat", 1, OWN, "");
            return new CausalAppender(identity, causes, appender, Optional.of(because), cancelled);
        }

        @Override
        public Optional<Fence> lease() {
            return Optional.empty();
        }

        @Override
        public String current() {
            return "";
        }

        @Override
        public CompletableFuture<List<Event>> read(ReadRange range, BooleanSupplier cancelled) {
            return CompletableFuture.completedFuture(List.of());
        }

        @Override
        public void failed(BackgroundTask<String> attempt, Throwable failure) {
            journal.add("failed " + attempt.name() + "@" + attempt.because().offset() + ": " + failure.getMessage());
            if (failedThrows) {
                throw new IllegalStateException("cannot record");
            }
        }

        @Override
        public void changed() {
            journal.add("changed");
        }
    }
}
