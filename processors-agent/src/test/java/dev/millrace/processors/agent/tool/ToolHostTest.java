package dev.millrace.processors.agent.tool;

import static dev.millrace.processors.agent.tool.HostStage.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.millrace.core.EventInput;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.processors.agent.tool.ToolEvent.CallCompleted;
import dev.millrace.processors.agent.tool.ToolEvent.CallFailed;
import dev.millrace.processors.agent.tool.ToolEvent.CallProgressed;
import dev.millrace.processors.agent.tool.ToolEvent.CallSkipped;
import dev.millrace.processors.agent.tool.ToolEvent.CallStarted;
import dev.millrace.processors.agent.tool.ToolEvent.ToolsOffered;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a host offers and how it answers: a host on a real engine. */
@Timeout(60)
class ToolHostTest {
    record Find(@Description("order number") String id) {}

    record Refund(String id, BigDecimal amount) {
        Refund {
            if (amount.signum() <= 0) {
                throw new IllegalArgumentException("the amount must be positive");
            }
        }
    }

    record Order(String id, int items) {}

    static final class Silent {
        @ToolMethod
        void nothing(Find asked) {}
    }

    private final HostStage stage = new HostStage();
    private final Tool<Find> find =
            Tool.of("find", Find.class, asked -> new Order(asked.id(), 2)).readOnly();

    @AfterEach
    void stop() {
        stage.close();
    }

    @Test
    void should_offer_its_tools_once() {
        ProcessorRunner<ToolHostState> runner =
                stage.start(stage.host("shop", find).build());
        stage.append(EventInput.ofType("agent-input-added"));
        ToolsOffered offer = stage.await(ToolsOffered.class);
        stage.append(EventInput.ofType("agent-input-added"));
        runner.awaitIdle(HostStage.LIMIT);
        stage.crash(runner);
        stage.start(stage.host("shop", find).build()).awaitIdle(HostStage.LIMIT);

        assertThat(stage.all(ToolsOffered.class)).hasSize(1);
        assertThat(offer.host()).isEqualTo("shop");
        assertThat(offer.tools()).singleElement().satisfies(tool -> {
            assertThat(tool.name()).isEqualTo("find");
            assertThat(tool.parameters().at("/properties/id/description").asText())
                    .isEqualTo("order number");
            assertThat(tool.effect()).contains(SideEffect.READ_ONLY);
            assertThat(tool.timeout()).contains(Duration.ofSeconds(60));
            assertThat(tool.approval()).contains(ApprovalMode.NEVER);
        });
    }

    @Test
    void should_offer_again_when_its_tools_change_and_when_they_change_back() {
        stage.crash(stage.offer(stage.host("shop", find).build()));
        stage.crash(stage.offer(stage.host("shop", find.idempotent()).build()));
        stage.crash(stage.offer(stage.host("shop", find).build()));
        stage.offer(stage.host("shop").build());
        stage.offer(stage.host("empty").build());

        List<ToolsOffered> offers = stage.all(ToolsOffered.class);
        assertThat(offers).extracting(offer -> offer.tools().size()).containsExactly(1, 1, 1, 0);
        assertThat(offers.get(2).toolsHash()).isEqualTo(offers.get(0).toolsHash());
        assertThat(offers.get(1).toolsHash()).isNotEqualTo(offers.get(0).toolsHash());
    }

    @Test
    void should_start_a_call_run_it_and_record_its_result() {
        AtomicReference<ToolCall> seen = new AtomicReference<>();
        Tool<Find> tool = Tool.of("find", Find.class, (asked, call) -> {
            seen.set(call);
            return new Order(asked.id(), 2);
        });
        stage.offer(stage.host("shop", tool.within(Duration.ofSeconds(20))).build());
        stage.request("c1", "find", "{'id':'17'}", SideEffect.ONCE);
        stage.awaitStory("c1", "call-requested", "call-started", "call-completed");

        assertThat(stage.all(CallStarted.class)).containsExactly(new CallStarted(1, "c1", "shop"));
        assertThat(stage.all(CallCompleted.class))
                .containsExactly(new CallCompleted(1, "c1", Optional.of("shop"), json("{'id':'17','items':2}")));
        assertThat(stage.log().stream()
                        .filter(event -> event.payload() instanceof CallStarted)
                        .findFirst()
                        .orElseThrow()
                        .idempotencyKey())
                .contains("tool-call-started@/agents/a:c1");
        assertThat(seen.get().callId()).isEqualTo("c1");
        assertThat(seen.get().path()).isEqualTo(HostStage.PATH);
        assertThat(seen.get().idempotencyKey()).startsWith("/agents/a:c1@");
        assertThat(seen.get().deadline()).isEqualTo(Instant.parse("2026-01-01T00:00:20Z"));
        assertThat(seen.get().isCancelled()).isFalse();
    }

    @Test
    void should_ignore_calls_of_tools_that_it_does_not_offer() {
        ProcessorRunner<ToolHostState> runner =
                stage.offer(stage.host("shop", find).build());
        stage.request("c1", "other", "{}", SideEffect.ONCE);
        runner.awaitIdle(HostStage.LIMIT);

        assertThat(stage.story("c1")).containsExactly("call-requested");
        assertThat(runner.state().once().open()).isEmpty();
    }

    @Test
    void should_give_texts_nothing_and_values_that_come_later_to_the_model() {
        stage.offer(stage.host(
                        "shop",
                        Tool.of("text", Find.class, asked -> "found " + asked.id()),
                        Tool.of("later", Find.class, asked -> CompletableFuture.completedFuture(Map.of("n", 1))),
                        Tool.of("maybe", Find.class, asked -> Optional.empty()))
                .tools(Tool.allOf(new Silent()))
                .build());
        for (String tool : List.of("text", "nothing", "later", "maybe")) {
            stage.request(tool, tool, "{'id':'17'}", SideEffect.ONCE);
            stage.awaitStory(tool, "call-requested", "call-started", "call-completed");
        }

        assertThat(stage.all(CallCompleted.class))
                .extracting(done -> done.result().toString())
                .containsExactly("\"found 17\"", "\"Done; there is no result.\"", "{\"n\":1}", "null");
    }

    @Test
    void should_tell_the_model_what_is_wrong_with_the_arguments() {
        stage.offer(stage.host("shop", Tool.of("refund", Refund.class, refund -> "paid"))
                .build());
        stage.request("c1", "refund", "{'id':17,'amount':'5','more':1}", SideEffect.ONCE);
        stage.awaitStory("c1", "call-requested", "call-started", "call-failed");
        stage.request("c2", "refund", "{'id':'17','amount':-5}", SideEffect.ONCE);
        stage.awaitStory("c2", "call-requested", "call-started", "call-failed");

        List<CallFailed> failures = stage.all(CallFailed.class);
        assertThat(failures.get(0).error()).isEqualTo("""
                        arguments.id: expected a string, got 17
                        arguments.amount: expected a number, got "5"
                        arguments.more: unknown field""");
        assertThat(failures.get(0).result().asText())
                .isEqualTo("The arguments do not fit; correct them and call again:\n"
                        + failures.get(0).error());
        assertThat(failures.get(1).error()).contains("the amount must be positive");
    }

    @Test
    void should_record_what_a_tool_throws() {
        stage.offer(stage.host(
                        "shop",
                        Tool.of("throws", Find.class, asked -> {
                            throw new java.io.IOException("the till is closed");
                        }),
                        Tool.of("silent", Find.class, asked -> {
                            throw new IllegalStateException();
                        }),
                        Tool.of("error", Find.class, asked -> {
                            throw new StackOverflowError();
                        }),
                        Tool.of(
                                "later",
                                Find.class,
                                asked -> CompletableFuture.supplyAsync(() -> {
                                    throw new IllegalStateException("no luck");
                                })),
                        Tool.of("unwritable", Find.class, asked -> new Object() {
                            @SuppressWarnings("unused")
                            public Object getSelf() {
                                throw new IllegalStateException("no");
                            }
                        }))
                .build());
        for (String tool : List.of("throws", "silent", "error", "later", "unwritable")) {
            stage.request(tool, tool, "{'id':'17'}", SideEffect.ONCE);
            stage.awaitStory(tool, "call-requested", "call-started", "call-failed");
        }

        List<CallFailed> failures = stage.all(CallFailed.class);
        assertThat(failures)
                .extracting(failure -> failure.result().asText())
                .containsExactly(
                        "The tool failed: the till is closed",
                        "The tool failed: IllegalStateException",
                        "The tool failed: StackOverflowError",
                        "The tool failed: no luck",
                        "The tool has ended, but its result cannot be written as JSON.");
        assertThat(failures.get(0).error()).isEqualTo("java.io.IOException: the till is closed");
        assertThat(failures.get(3).error()).isEqualTo("java.lang.IllegalStateException: no luck");
    }

    @Test
    void should_cut_a_long_result_with_a_note_and_never_inside_a_character() {
        String euros = "€".repeat(30_000);
        stage.offer(stage.host(
                        "shop",
                        Tool.of("text", Find.class, asked -> euros),
                        Tool.of("json", Find.class, asked -> List.of(euros)),
                        Tool.of("fits", Find.class, asked -> "x".repeat(65_536)))
                .build());
        for (String tool : List.of("text", "json", "fits")) {
            stage.request(tool, tool, "{'id':'17'}", SideEffect.ONCE);
            stage.awaitStory(tool, "call-requested", "call-started", "call-completed");
        }

        List<CallCompleted> results = stage.all(CallCompleted.class);
        assertThat(results.get(0).result().asText())
                .isEqualTo("€".repeat(21_845) + "\n[cut: the result had 90,000 bytes; the first 65,535 are above]");
        assertThat(results.get(1).result().asText())
                .startsWith("[\"€€")
                .endsWith("\n[cut: the result had 90,004 bytes; the first 65,534 are above]");
        assertThat(results.get(2).result().asText()).hasSize(65_536);
    }

    @Test
    void should_record_the_newest_progress_of_each_quarter_of_a_second() {
        CompletableFuture<String> end = new CompletableFuture<>();
        AtomicReference<ToolCall> call = new AtomicReference<>();
        stage.offer(stage.host("shop", Tool.of("long", Find.class, (asked, running) -> {
                    call.set(running);
                    running.progress("begins");
                    running.progress(0.25, "still");
                    running.progress(0.5, "half");
                    return end;
                }))
                .build());
        stage.request("c1", "long", "{'id':'17'}", SideEffect.ONCE);
        stage.eventually(() -> stage.all(CallProgressed.class).size() == 1);
        stage.pass(Duration.ofMillis(250));
        stage.eventually(() -> stage.all(CallProgressed.class).size() == 2);
        stage.pass(Duration.ofMillis(250));
        call.get().progress(7, "too far");
        stage.eventually(() -> stage.all(CallProgressed.class).size() == 3);
        end.complete("done");
        stage.await(CallCompleted.class);
        call.get().progress("too late");
        stage.pass(Duration.ofSeconds(1));

        assertThat(stage.all(CallProgressed.class))
                .containsExactly(
                        progress("begins", Optional.empty()),
                        progress("half", Optional.of(new BigDecimal("0.5"))),
                        progress("too far", Optional.of(BigDecimal.ONE)));
        assertThatThrownBy(() -> call.get().progress(Double.NaN, "?")).isInstanceOf(IllegalArgumentException.class);
    }

    private static CallProgressed progress(String message, Optional<BigDecimal> fraction) {
        return new CallProgressed(1, "c1", Optional.of("shop"), Optional.of(message), fraction);
    }

    @Test
    void should_not_start_a_call_that_is_not_waited_for_any_more() {
        stage.crash(stage.offer(stage.host("shop", find).build()));
        stage.request("c1", "find", "{'id':'17'}", SideEffect.READ_ONLY);
        stage.pass(Duration.ofSeconds(70));
        stage.start(stage.host("shop", find).build());
        CallSkipped skipped = stage.await(CallSkipped.class);

        assertThat(skipped.reason()).startsWith("it was not started in time");
        assertThat(stage.story("c1")).containsExactly("call-requested", "call-skipped");
    }

    @Test
    void should_skip_a_call_of_a_tool_that_it_has_no_more() {
        stage.crash(stage.offer(stage.host("shop", find).build()));
        stage.request("c1", "find", "{'id':'17'}", SideEffect.READ_ONLY);
        stage.start(stage.host("shop").build());
        CallSkipped skipped = stage.await(CallSkipped.class);

        assertThat(skipped.reason()).contains("does not have this tool any more");
        assertThat(stage.story("c1")).containsExactly("call-requested", "call-skipped");
    }
}
