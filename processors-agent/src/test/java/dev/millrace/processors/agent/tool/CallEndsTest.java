package dev.millrace.processors.agent.tool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.AppendResult;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ForwardingEventStreams;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.processors.agent.tool.ToolEvent.CallCancelled;
import dev.millrace.processors.agent.tool.ToolEvent.CallCompleted;
import dev.millrace.processors.agent.tool.ToolEvent.CallFailed;
import dev.millrace.processors.agent.tool.ToolEvent.CallOutcomeUnknown;
import dev.millrace.processors.agent.tool.ToolEvent.CallSkipped;
import dev.millrace.processors.agent.tool.ToolEvent.CallStarted;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How calls end that do not simply succeed: time limits, cancels, crashes, other hosts. */
@Timeout(60)
class CallEndsTest {
    record Nothing() {}

    private final HostStage stage = new HostStage();
    private final Queue<ToolCall> calls = new ConcurrentLinkedQueue<>();
    private final Queue<CompletableFuture<Object>> endings = new ConcurrentLinkedQueue<>();

    /** A tool whose calls end when the test says so; each call is in {@link #calls}. */
    private final Tool<Nothing> tool = Tool.of("work", Nothing.class, (nothing, call) -> {
                CompletableFuture<Object> ending = new CompletableFuture<>();
                endings.add(ending);
                calls.add(call);
                return ending;
            })
            .within(Duration.ofSeconds(20));

    @AfterEach
    void stop() {
        stage.close();
    }

    private ToolHost host() {
        return stage.host("shop", tool).build();
    }

    private void request(String callId, SideEffect effect) {
        stage.request(callId, "work", "{}", effect);
    }

    private void awaitCalls(int count) {
        stage.eventually(() -> calls.size() == count);
    }

    @Test
    void should_not_know_the_outcome_of_a_call_that_must_not_run_twice_after_its_time_limit() {
        CompletableFuture<Boolean> told = new CompletableFuture<>();
        stage.offer(host());
        request("c1", SideEffect.ONCE);
        awaitCalls(1);
        calls.element().onCancel(() -> told.complete(true));
        stage.pass(Duration.ofSeconds(20));
        CallOutcomeUnknown unknown = stage.await(CallOutcomeUnknown.class);

        assertThat(unknown.reason()).isEqualTo("it did not end within PT20S");
        stage.eventually(() -> endings.element().isCancelled());
        assertThat(told).isCompleted();
        assertThat(calls.element().isCancelled()).isTrue();
        assertThat(stage.story("c1")).containsExactly("call-requested", "call-started", "call-outcome-unknown");
    }

    @Test
    void should_fail_another_call_after_its_time_limit_and_interrupt_its_thread() throws InterruptedException {
        CountDownLatch interrupted = new CountDownLatch(1);
        Tool<Nothing> blocking = Tool.of("work", Nothing.class, (nothing, call) -> {
            calls.add(call);
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException stopped) {
                interrupted.countDown();
                throw stopped;
            }
            return "never";
        });
        stage.offer(stage.host("shop", blocking.idempotent().within(Duration.ofSeconds(20)))
                .build());
        request("c1", SideEffect.IDEMPOTENT);
        awaitCalls(1);
        stage.pass(Duration.ofSeconds(20));
        CallFailed failed = stage.await(CallFailed.class);
        interrupted.await();

        assertThat(failed.error()).isEqualTo("timed out after PT20S");
        assertThat(failed.result().asText()).isEqualTo("The tool did not end within PT20S and was stopped.");
        assertThat(stage.story("c1")).containsExactly("call-requested", "call-started", "call-failed");
    }

    @Test
    void should_tell_a_cancelled_call_and_still_record_its_result() {
        AtomicInteger told = new AtomicInteger();
        ProcessorRunner<ToolHostState> runner = stage.offer(host());
        request("c1", SideEffect.ONCE);
        awaitCalls(1);
        calls.element().onCancel(told::incrementAndGet);
        stage.append(new CallCancelled(1, "c1", Optional.empty(), "interrupted"));
        stage.eventually(() -> calls.element().isCancelled());
        assertThat(told).hasValue(1);
        assertThat(endings.element()).isNotDone();
        calls.element().onCancel(told::incrementAndGet);
        assertThat(told).hasValue(2);
        endings.element().complete("stopped in time");
        stage.awaitStory("c1", "call-requested", "call-started", "call-cancelled", "call-completed");
        runner.awaitIdle(HostStage.LIMIT);

        assertThat(runner.state().cancelled()).isEmpty();
        assertThat(told).hasValue(2);
    }

    @Test
    void should_keep_the_result_of_a_call_that_the_agent_gave_up() {
        stage.offer(host());
        request("c1", SideEffect.ONCE);
        awaitCalls(1);
        stage.append(new CallOutcomeUnknown(1, "c1", Optional.empty(), "the agent says so"));
        endings.element().complete("late");

        stage.awaitStory("c1", "call-requested", "call-started", "call-outcome-unknown", "call-completed");
    }

    @Test
    void should_never_run_a_once_call_again_after_a_crash() {
        ProcessorRunner<ToolHostState> first = stage.offer(host());
        request("c1", SideEffect.ONCE);
        awaitCalls(1);
        ToolCall call = calls.element();
        stage.crash(first);
        stage.eventually(call::isCancelled);
        stage.start(host()).awaitIdle(HostStage.LIMIT);

        assertThat(stage.story("c1")).containsExactly("call-requested", "call-started", "call-outcome-unknown");
        assertThat(stage.all(CallOutcomeUnknown.class).get(0).reason()).contains("its process ended");
        assertThat(calls).hasSize(1);
    }

    @Test
    void should_run_an_idempotent_or_read_only_call_again_with_the_same_key_three_times_at_most() {
        for (SideEffect effect : List.of(SideEffect.IDEMPOTENT, SideEffect.READ_ONLY)) {
            calls.clear();
            ToolHost host = stage.host("shop", tool.effect(effect)).build();
            ProcessorRunner<ToolHostState> runner = stage.offer(host);
            String id = effect.name();
            request(id, effect);
            for (int life = 1; life <= 3; life++) {
                awaitCalls(life);
                stage.crash(runner);
                runner = stage.start(stage.host("shop", tool.effect(effect)).build());
            }
            stage.awaitStory(
                    id, "call-requested", "call-started", "call-started", "call-started", "call-outcome-unknown");
            stage.crash(runner);

            assertThat(calls).hasSize(3);
            assertThat(calls.element().idempotencyKey()).startsWith("/agents/a:" + id + "@");
            assertThat(calls)
                    .extracting(ToolCall::idempotencyKey)
                    .containsOnly(calls.element().idempotencyKey());
        }
        assertThat(stage.log().stream()
                        .filter(event -> event.payload() instanceof CallStarted)
                        .map(event -> event.idempotencyKey().orElseThrow().replaceFirst("[^#]*", "")))
                .containsExactly("", "#2", "#3", "", "#2", "#3");
    }

    @Test
    void should_not_run_a_call_again_whose_tool_must_not_run_twice_now() {
        ProcessorRunner<ToolHostState> first =
                stage.offer(stage.host("shop", tool.readOnly()).build());
        request("c1", SideEffect.READ_ONLY);
        awaitCalls(1);
        stage.crash(first);
        stage.start(host());
        CallOutcomeUnknown unknown = stage.await(CallOutcomeUnknown.class);

        assertThat(unknown.reason()).contains("must not run twice now");
        assertThat(calls).hasSize(1);
    }

    @Test
    void should_run_a_call_that_was_requested_while_no_host_ran() {
        stage.crash(stage.offer(host()));
        request("c1", SideEffect.ONCE);
        stage.start(host());
        awaitCalls(1);
        endings.element().complete("x");

        stage.awaitStory("c1", "call-requested", "call-started", "call-completed");
    }

    @Test
    void should_run_a_call_once_that_is_requested_again_after_its_end() {
        for (SideEffect effect : SideEffect.values()) {
            calls.clear();
            endings.clear();
            String id = effect.name();
            ProcessorRunner<ToolHostState> first =
                    stage.offer(stage.host("shop", tool.effect(effect)).build());
            request(id, effect);
            awaitCalls(1);
            endings.element().complete("done");
            stage.awaitStory(id, "call-requested", "call-started", "call-completed");
            request(id, effect);
            first.awaitIdle(HostStage.LIMIT);
            stage.crash(first);
            ProcessorRunner<ToolHostState> next =
                    stage.start(stage.host("shop", tool.effect(effect)).build());
            next.awaitIdle(HostStage.LIMIT);
            ProcessorRunner<ToolHostState> other =
                    stage.offer(stage.host("other", tool.effect(effect)).build());
            request(id, effect);
            other.awaitIdle(HostStage.LIMIT);
            next.awaitIdle(HostStage.LIMIT);
            stage.crash(other);
            stage.crash(next);

            assertThat(calls).hasSize(1);
            assertThat(stage.story(id).stream().filter("call-started"::equals)).hasSize(1);
        }
    }

    @Test
    void should_run_a_call_in_one_of_two_hosts() {
        stage.offer(stage.host("one", tool).build());
        ProcessorRunner<ToolHostState> other =
                stage.offer(stage.host("two", tool).build());
        for (int i = 0; i < 50; i++) {
            request("c" + i, SideEffect.ONCE);
        }
        stage.eventually(() -> calls.size() == 50);
        endings.forEach(ending -> ending.complete("done"));
        stage.eventually(() -> stage.all(CallCompleted.class).size() == 50);
        other.awaitIdle(HostStage.LIMIT);

        assertThat(stage.all(CallStarted.class)).hasSize(50);
        assertThat(calls).extracting(ToolCall::callId).doesNotHaveDuplicates();
        assertThat(other.state().once().open()).isEmpty();
        assertThat(stage.log()).noneMatch(event -> event.type().contains("effect-failed"));
    }

    @Test
    void should_leave_a_call_to_a_foreign_host_that_started_it_without_a_key() {
        stage.crash(stage.offer(host()));
        request("c1", SideEffect.ONCE);
        stage.append(new CallStarted(1, "c1", "foreign"));
        ProcessorRunner<ToolHostState> runner = stage.start(host());
        runner.awaitIdle(HostStage.LIMIT);

        assertThat(calls).isEmpty();
        assertThat(stage.story("c1")).containsExactly("call-requested", "call-started");
        assertThat(runner.state().once().open()).isEmpty();
    }

    @Test
    void should_not_run_a_call_when_another_event_of_it_was_stored_just_before_its_start() {
        List<ToolEvent> earlier = List.of(
                new CallStarted(1, "c0", "foreign"),
                new CallSkipped(1, "c1", Optional.empty(), "late"),
                new CallOutcomeUnknown(1, "c2", Optional.empty(), "unknown"),
                new CallCancelled(1, "c3", Optional.empty(), "interrupted"));
        stage.append(EventInput.ofType("agent-input-added"));
        ProcessorRunner<ToolHostState> runner = stage.start(host(), new Ahead(stage.streams, earlier));
        runner.awaitIdle(HostStage.LIMIT);
        for (int i = 0; i < 4; i++) {
            String id = "c" + i;
            request(id, SideEffect.ONCE);
            stage.eventually(() -> stage.story(id).size() == 3);
        }
        runner.awaitIdle(HostStage.LIMIT);

        assertThat(calls).isEmpty();
        assertThat(stage.story("c0")).containsExactly("call-requested", "call-started", "call-started");
        assertThat(stage.story("c1")).containsExactly("call-requested", "call-skipped", "call-started");
        assertThat(stage.log()).noneMatch(event -> event.type().contains("effect-failed"));
    }

    /** Streams on which another host is a little faster than each start of a call. */
    private record Ahead(EventStreams delegate, List<ToolEvent> earlier) implements ForwardingEventStreams {
        @Override
        public EventStreams withoutRetries() {
            return this;
        }

        @Override
        public CompletableFuture<AppendResult> append(StreamPath path, EventInput input) {
            if (input.type().equals("tool-call-started")) {
                return earlier.stream()
                        .filter(event -> ((ToolEvent.OfCall) event)
                                .callId()
                                .equals(input.payload().path("callId").asText()))
                        .map(event -> delegate.append(
                                path,
                                EventInput.builder()
                                        .from(EventInput.of(event))
                                        .idempotencyKey("ahead of "
                                                + input.payload()) // one each, also if the start is sent again
                                        .build()))
                        .findFirst()
                        .orElseThrow()
                        .thenCompose(stored -> delegate.append(path, input));
            }
            return delegate.append(path, input);
        }
    }

    @Test
    void should_not_start_a_call_that_was_skipped() {
        ProcessorRunner<ToolHostState> runner =
                stage.offer(stage.host("shop", tool).parallel(1).build());
        request("c1", SideEffect.ONCE);
        awaitCalls(1);
        request("c2", SideEffect.ONCE);
        stage.append(new CallSkipped(1, "c2", Optional.empty(), "interrupted"));
        long skipped =
                stage.append(new CallSkipped(1, "c1", Optional.empty(), "it was started, so this does not count"));
        runner.awaitProcessed(skipped, HostStage.LIMIT); // before c1 ends and c2 could start
        endings.element().complete("done");
        stage.awaitStory("c1", "call-requested", "call-started", "call-skipped", "call-completed");
        runner.awaitIdle(HostStage.LIMIT);

        assertThat(calls).hasSize(1);
        assertThat(stage.story("c2")).containsExactly("call-requested", "call-skipped");
    }

    @Test
    void should_keep_the_limits_and_serve_first_who_came_first() {
        ToolHost host =
                stage.host("shop", tool.parallel(2), other()).parallel(3).build();
        stage.offer(host);
        for (int i = 1; i <= 2; i++) {
            request("n" + i, SideEffect.ONCE);
            awaitCalls(i);
        }
        request("n3", SideEffect.ONCE);
        request("n4", SideEffect.ONCE);
        stage.eventually(() -> host.slots().waiting() == 2);
        stage.request("o1", "other", "{}", SideEffect.ONCE);
        awaitCalls(3);
        stage.request("o2", "other", "{}", SideEffect.ONCE);
        stage.eventually(() -> host.slots().waiting() == 3);
        assertThat(stage.story("n3")).containsExactly("call-requested");
        assertThat(stage.story("o2")).containsExactly("call-requested");

        for (int ended = 1; ended <= 6; ended++) {
            endings.remove().complete("done");
            awaitCalls(Math.min(6, 3 + ended));
        }
        stage.eventually(() -> stage.all(CallCompleted.class).size() == 6);
        assertThat(calls).extracting(ToolCall::callId).containsExactly("n1", "n2", "o1", "n3", "n4", "o2");
        assertThat(host.slots().waiting()).isZero();
    }

    private Tool<Nothing> other() {
        return Tool.of("other", Nothing.class, (nothing, call) -> {
            CompletableFuture<Object> ending = new CompletableFuture<>();
            endings.add(ending);
            calls.add(call);
            return ending;
        });
    }
}
