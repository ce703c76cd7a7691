package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentEvent.ItemCompleted;
import dev.millrace.processors.agent.AgentEvent.LlmConfigUpdated;
import dev.millrace.processors.agent.AgentEvent.RequestCompleted;
import dev.millrace.processors.agent.AgentEvent.RequestFailed;
import dev.millrace.processors.agent.AgentEvent.RequestStarted;
import dev.millrace.processors.agent.AgentEvent.RetryScheduled;
import dev.millrace.processors.agent.AgentEvent.SystemPromptUpdated;
import dev.millrace.processors.agent.AgentState;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One question, and all ways in which a provider can answer it. */
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
            assertThat(completed.responseId()).contains("resp_1");
            assertThat(completed.usage()).isPresent();
            assertThat(completed.ttftMs()).isPresent();
            assertThat(runner.state().owesReply()).isFalse();
            assertThat(stage.model.requests()).hasSize(1);
            stage.assertWhole();
        }
    }

    @Test
    void should_send_the_whole_conversation_with_every_request() {
        try (Stage stage =
                new Stage(ModelScript.of(ModelReply.thoughtfulText("hm", "first answer"), ModelReply.text("second")))) {
            ProcessorRunner<AgentState> runner = stage.start();
            stage.ask(runner, "one");
            stage.append(InputAdded.as("developer", "be kind"));
            stage.ask(runner, "two");

            assertThat(stage.lastRequest().texts("user")).containsExactly("one", "two");
            assertThat(stage.lastRequest().texts("assistant")).containsExactly("first answer");
            assertThat(stage.lastRequest().texts("developer")).containsExactly("be kind");
            assertThat(stage.lastRequest().body().path("input").toString()).contains("sealed:rs_1_0");
            assertThat(stage.all(RequestCompleted.class)).hasSize(2);
            stage.assertWhole();
        }
    }

    @Test
    void should_take_model_and_prompt_from_the_log_for_the_next_request() {
        try (Stage stage = new Stage(ModelScript.assistant())) {
            ProcessorRunner<AgentState> runner = stage.start();
            stage.ask(runner, "one");
            stage.append(new SystemPromptUpdated("You are a pirate."));
            stage.append(LlmConfigUpdated.model("other-model"));
            stage.ask(runner, "two");

            assertThat(stage.model.requests().get(0).model()).isEqualTo("m");
            assertThat(stage.model.requests().get(0).body().has("instructions")).isFalse();
            assertThat(stage.lastRequest().model()).isEqualTo("other-model");
            assertThat(stage.lastRequest().body().path("instructions").asText()).isEqualTo("You are a pirate.");
            assertThat(stage.all(RequestStarted.class).get(1).model()).isEqualTo("other-model");
        }
    }

    static Stream<Arguments> failures() {
        return Stream.of(
                Arguments.of(
                        ModelReply.failure(401, "invalid_request_error", "invalid_api_key", "Wrong key: " + Stage.KEY),
                        "auth"),
                Arguments.of(ModelReply.failure(429, "insufficient_quota", "insufficient_quota", "pay"), "quota"),
                Arguments.of(ModelReply.errorInStream("insufficient_quota", "pay"), "quota"),
                Arguments.of(
                        ModelReply.failure(400, "invalid_request_error", "context_length_exceeded", "long"),
                        "context-length"),
                Arguments.of(ModelReply.text("cut in the middle").cutAfter(2_300), "truncated"),
                Arguments.of(ModelReply.text("no terminal event").endAfter(2_300), "truncated"),
                Arguments.of(
                        ModelReply.failure(429, "x", "rate_limit_exceeded", "later")
                                .header("retry-after", "3600"),
                        "rate-limit"));
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
            assertThat(failed.providerRequestId()).contains("req_scripted");
            assertThat(stage.model.requests()).hasSize(1);
            assertThat(runner.state().owesReply()).isFalse();

            runner.close();
            ProcessorRunner<AgentState> restarted = stage.start();
            restarted.awaitIdle(Stage.LIMIT);
            assertThat(stage.model.requests()).hasSize(1);

            stage.ask(restarted, "and now?");
            assertThat(stage.only(RequestCompleted.class).status()).isEqualTo("completed");
            stage.assertWhole();
        }
    }

    @Test
    void should_try_again_before_the_first_output_and_say_so() {
        ModelReply busy =
                ModelReply.failure(503, "server_error", "server_error", "busy").header("retry-after-ms", "5");
        try (Stage stage = new Stage(ModelScript.of(busy, busy, ModelReply.text("at last")))) {
            ProcessorRunner<AgentState> runner = stage.start();
            stage.ask(runner, "hi");

            assertThat(stage.all(RetryScheduled.class))
                    .extracting(RetryScheduled::failedTries)
                    .containsExactly(1, 2);
            assertThat(stage.all(RetryScheduled.class))
                    .extracting(RetryScheduled::delayMs)
                    .containsExactly(5L, 5L);
            assertThat(stage.only(RequestCompleted.class).status()).isEqualTo("completed");
            assertThat(stage.model.requests()).hasSize(3);
            assertThat(stage.all(RequestStarted.class)).hasSize(1);
            stage.assertWhole();
        }
    }

    @Test
    void should_tell_an_incomplete_response_from_a_complete_one() {
        try (Stage stage = new Stage(ModelScript.of(ModelReply.incomplete("max_output_tokens", "half an ans")))) {
            ProcessorRunner<AgentState> runner = stage.start();
            stage.ask(runner, "hi");

            RequestCompleted completed = stage.only(RequestCompleted.class);
            assertThat(completed.status()).isEqualTo("incomplete");
            assertThat(completed.incompleteReason()).contains("max_output_tokens");
            assertThat(completed.usage()).isPresent();
            assertThat(runner.state().owesReply()).isFalse();
        }
    }

    @Test
    void should_end_a_request_whose_answer_the_log_refuses() {
        String tooLong = "word ".repeat(220_000);
        try (Stage stage = new Stage(ModelScript.of(ModelReply.text(tooLong, 50_000), ModelReply.text("fine now")))) {
            ProcessorRunner<AgentState> runner = stage.start();
            stage.ask(runner, "say a lot");

            RequestFailed failed = stage.only(RequestFailed.class);
            assertThat(failed.failureClass()).isEqualTo("not-recorded");
            assertThat(failed.retryable()).isFalse();
            assertThat(failed.message()).contains("eventBytes").hasSizeLessThan(1_000);
            assertThat(runner.state().owesReply()).isFalse();
            assertThat(runner.state().open()).isEmpty();

            runner.close();
            ProcessorRunner<AgentState> restarted = stage.start();
            restarted.awaitIdle(Stage.LIMIT);
            assertThat(stage.model.requests()).hasSize(1);

            stage.ask(restarted, "shorter, please");
            assertThat(stage.only(RequestCompleted.class).status()).isEqualTo("completed");
            stage.assertWhole();
        }
    }
}
