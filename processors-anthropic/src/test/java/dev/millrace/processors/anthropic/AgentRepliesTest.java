package dev.millrace.processors.anthropic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.processors.agent.AgentEvent.CapabilityLearned;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentEvent.ItemCompleted;
import dev.millrace.processors.agent.AgentEvent.LlmConfigUpdated;
import dev.millrace.processors.agent.AgentEvent.RequestCompleted;
import dev.millrace.processors.agent.AgentEvent.RequestFailed;
import dev.millrace.processors.agent.AgentEvent.RetryScheduled;
import dev.millrace.processors.agent.AgentEvent.SystemPromptUpdated;
import dev.millrace.processors.agent.AgentState;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.openai.OpenAiModel;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ToolCall;
import java.math.BigDecimal;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An agent on an engine, and a server that refuses what the service refuses. */
@Timeout(120)
class AgentRepliesTest {
    @Test
    void should_stream_the_answer_into_the_log() {
        try (Stage stage = new Stage(ModelScript.assistant())) {
            ProcessorRunner<AgentState> runner = stage.start();
            stage.ask(runner, "What is 50 - 8?");

            assertThat(stage.types())
                    .containsExactly(
                            "initialized",
                            "agent-input-added",
                            "llm-request-started",
                            "llm-chunk-added",
                            "llm-item-completed",
                            "llm-request-completed");
            assertThat(stage.text()).isEqualTo("50 - 8 is 42.");
            assertThat(stage.only(ItemCompleted.class).text()).isEqualTo("50 - 8 is 42.");
            RequestCompleted completed = stage.only(RequestCompleted.class);
            assertThat(completed.status()).isEqualTo("completed");
            assertThat(completed.responseId()).contains("msg_1");
            assertThat(completed.usage()).isPresent();
            assertThat(completed.ttftMs()).isPresent();
            assertThat(runner.state().owesReply()).isFalse();
            stage.assertWhole();
        }
    }

    @Test
    void should_send_the_whole_conversation_with_every_request() {
        ModelReply calls = ModelReply.calls("wait", new ToolCall("toolu_1", "add", "{\"a\":1}"));
        try (Stage stage = new Stage(ModelScript.of(
                ModelReply.thoughtfulText("hm", "first answer"),
                calls,
                ModelReply.text("no such tool"),
                ModelReply.text("third")))) {
            ProcessorRunner<AgentState> runner = stage.start();
            stage.append(new SystemPromptUpdated("You are a pirate."));
            stage.ask(runner, "one");
            stage.append(InputAdded.as("developer", "be kind"));
            stage.ask(runner, "two");
            stage.ask(runner, "three");

            assertThat(stage.lastRequest().texts("system")).containsExactly("You are a pirate.");
            assertThat(stage.lastRequest().texts("user")).containsExactly("one", "be kind\ntwo", "three");
            assertThat(stage.lastRequest().texts("assistant")).containsExactly("first answer", "wait", "no such tool");
            JsonNode thinking = stage.lastRequest().body().at("/messages/1/content/0");
            assertThat(thinking).hasToString("{\"type\":\"thinking\",\"thinking\":\"hm\",\"signature\":\"signed-1\"}");
            assertThat(stage.all(RequestCompleted.class)).hasSize(4);
            stage.assertWhole();
        }
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(ModelReply.failure(401, "x", "x", "Wrong key: " + Stage.KEY), "auth"),
                Arguments.of(
                        ModelReply.failure(400, "x", "x", "Your credit balance is too low to access the API."),
                        "quota"),
                Arguments.of(ModelReply.errorInStream("billing_error", "pay"), "quota"),
                Arguments.of(
                        ModelReply.failure(400, "x", "x", "prompt is too long: 300000 tokens > 200000 maximum"),
                        "context-length"),
                Arguments.of(ModelReply.failure(413, "x", "x", "too large"), "context-length"),
                Arguments.of(ModelReply.text("cut in the middle").cutAfter(800), "truncated"),
                Arguments.of(ModelReply.text("no terminal event").endAfter(800), "truncated"),
                Arguments.of(ModelReply.failure(429, "x", "x", "later").header("retry-after", "3600"), "rate-limit"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void should_make_one_clear_event_of_a_failure_and_not_ask_again(ModelReply reply, String expected) {
        try (Stage stage = new Stage(ModelScript.of(reply, ModelReply.text("fine now")))) {
            ProcessorRunner<AgentState> runner = stage.start();
            stage.ask(runner, "hi");

            RequestFailed failed = stage.only(RequestFailed.class);
            assertThat(failed.failureClass()).isEqualTo(expected);
            assertThat(failed.message()).isNotBlank();
            assertThat(stage.model.requests()).hasSize(1);
            assertThat(runner.state().owesReply()).isFalse();

            stage.ask(runner, "and now?");
            assertThat(stage.only(RequestCompleted.class).status()).isEqualTo("completed");
            stage.assertWhole();
        }
    }

    @Test
    void should_try_again_before_the_first_output_and_say_so() {
        ModelReply busy = ModelReply.failure(529, "x", "x", "busy").header("retry-after-ms", "5");
        try (Stage stage = new Stage(ModelScript.of(busy, busy, ModelReply.text("at last")))) {
            ProcessorRunner<AgentState> runner = stage.start();
            stage.ask(runner, "hi");

            assertThat(stage.all(RetryScheduled.class))
                    .extracting(RetryScheduled::failedTries)
                    .containsExactly(1, 2);
            assertThat(stage.only(RequestCompleted.class).status()).isEqualTo("completed");
        }
    }

    @Test
    void should_tell_incomplete_and_refused_responses_from_complete_ones() {
        try (Stage stage = new Stage(ModelScript.of(
                ModelReply.incomplete("max_output_tokens", "half an ans"), ModelReply.refusal("I cannot do that.")))) {
            ProcessorRunner<AgentState> runner = stage.start();
            stage.ask(runner, "hi");
            stage.ask(runner, "again");

            RequestCompleted first = stage.all(RequestCompleted.class).get(0);
            assertThat(first.status()).isEqualTo("incomplete");
            assertThat(first.incompleteReason()).contains("max_output_tokens");
            assertThat(stage.all(RequestCompleted.class).get(1).status()).isEqualTo("completed");
            assertThat(stage.all(ItemCompleted.class).get(1).item())
                    .isEqualTo(new ModelItem.Refusal("I cannot do that."));
        }
    }

    @Test
    void should_send_the_request_again_without_what_the_model_does_not_know() {
        try (Stage stage = new Stage(ModelScript.assistant())) {
            stage.model.refusing("temperature", "`temperature` is deprecated for this model.");
            stage.model.refusing("output_config.effort", "This model does not support the effort parameter.");
            stage.model.refusing("thinking", "adaptive thinking is not supported on this model");
            ProcessorRunner<AgentState> runner = stage.start();
            stage.append(new LlmConfigUpdated(
                    Optional.empty(),
                    Optional.of("low"),
                    Optional.empty(),
                    Optional.of(new BigDecimal("0.5")),
                    Optional.empty()));
            stage.ask(runner, "What is 50 - 8?");
            stage.ask(runner, "What is 1 + 1?");

            assertThat(stage.all(CapabilityLearned.class))
                    .extracting(CapabilityLearned::parameter)
                    .containsExactly("temperature", "output_config", "thinking");
            assertThat(stage.all(RequestCompleted.class)).hasSize(2);
            assertThat(stage.model.requests()).hasSize(5);
            stage.assertWhole();
        }
    }

    @Test
    void should_forget_thinking_that_the_service_refuses_after_a_change() {
        String refusal = "messages.1.content.0: Invalid `signature` in `thinking` block. The block is bound to a"
                + " different conversation.";
        ModelScript script = ModelScript.empty()
                .when(
                        request -> request.body().toString().contains("\"signature\"")
                                && request.body().toString().contains("another prompt"),
                        ModelReply.failure(400, "invalid_request_error", "x", refusal))
                .otherwise(request -> ModelReply.thoughtfulText("hm", "answer"));
        try (Stage stage = new Stage(script)) {
            ProcessorRunner<AgentState> runner = stage.start();
            stage.ask(runner, "one");
            stage.append(new SystemPromptUpdated("another prompt"));
            stage.ask(runner, "two");

            assertThat(stage.only(CapabilityLearned.class).parameter()).isEqualTo("thinking-blocks");
            assertThat(stage.all(RequestCompleted.class)).hasSize(2);
            assertThat(stage.lastRequest().texts("assistant")).containsExactly("answer");
        }
    }

    @Test
    void should_continue_after_an_interrupt_with_the_text_so_far() {
        ModelReply held = ModelReply.thoughtfulText("hm", "one two three").holdAfter(3);
        try (Stage stage = new Stage(ModelScript.of(held, ModelReply.text("second")))) {
            ProcessorRunner<AgentState> runner = stage.start();
            stage.append(InputAdded.user("count"));
            await().atMost(Stage.LIMIT)
                    .until(() -> stage.model.held() == 1 && stage.text().contains("one"));
            stage.ask(runner, "stop");

            assertThat(stage.lastRequest().texts("assistant")).hasSize(1);
            assertThat(stage.lastRequest().texts("assistant").get(0))
                    .startsWith("one")
                    .contains("interrupted");
            assertThat(stage.only(RequestCompleted.class).status()).isEqualTo("completed");
            stage.assertWhole();
        }
    }

    @Test
    void should_change_the_provider_in_a_conversation_and_change_back() {
        ModelScript script = ModelScript.empty()
                .otherwise(request -> request.lastUserText().contains("call")
                                && request.toolResults().isEmpty()
                        ? ModelReply.calls("wait", new ToolCall("call_1", "add", "{\"a\":1}"))
                        : ModelReply.thoughtfulText("hm", "answer"));
        try (Stage stage = new Stage(script)) {
            OpenAiModel openAi = OpenAiModel.builder()
                    .baseUrl(stage.model.baseUrl())
                    .apiKey(Stage.KEY)
                    .model("m")
                    .build();
            for (int round = 0; round < 2; round++) {
                converse(stage, stage.start(openAi));
                assertThat(stage.lastRequest().path()).endsWith("/responses");
                assertThat(stage.lastRequest().body().toString())
                        .contains("sealed:")
                        .doesNotContain("signed-");
                converse(stage, stage.start());
                assertThat(stage.lastRequest().isAnthropic()).isTrue();
                assertThat(stage.lastRequest().body().toString())
                        .contains("signed-")
                        .doesNotContain("sealed:");
            }
            assertThat(stage.all(RequestFailed.class)).isEmpty();
            assertThat(stage.all(CapabilityLearned.class)).isEmpty();
            assertThat(stage.all(RequestCompleted.class)).hasSize(16);
            assertThat(stage.lastRequest().texts("assistant")).hasSize(15);
            stage.assertWhole();
        }
    }

    private static void converse(Stage stage, ProcessorRunner<AgentState> runner) {
        stage.ask(runner, "think");
        stage.ask(runner, "call");
        stage.ask(runner, "think again");
        runner.close();
    }
}
