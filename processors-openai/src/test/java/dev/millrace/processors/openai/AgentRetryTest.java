package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.processors.agent.AgentEvent;
import dev.millrace.processors.agent.AgentEvent.LlmConfigUpdated;
import dev.millrace.processors.agent.AgentEvent.RequestCompleted;
import dev.millrace.processors.agent.AgentEvent.RequestFailed;
import dev.millrace.processors.agent.AgentEvent.RequestStarted;
import dev.millrace.processors.agent.AgentEvent.RetryRequested;
import dev.millrace.processors.agent.AgentState;
import dev.millrace.processors.agent.AgentStatus;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What makes an agent answer after a failure, and what does not. */
@Timeout(120)
class AgentRetryTest {
    private static final ModelReply QUOTA = ModelReply.failure(429, "insufficient_quota", "insufficient_quota", "pay");
    private static final AgentEvent RETRY = new RetryRequested(Optional.of("paid"));

    @Test
    void should_answer_after_a_failure_when_a_retry_is_requested() {
        answersAfter(RETRY);
    }

    @Test
    void should_answer_after_a_failure_when_the_configuration_changes() {
        answersAfter(LlmConfigUpdated.model("another"));
    }

    private static void answersAfter(AgentEvent event) {
        try (Stage stage = new Stage(ModelScript.of(QUOTA, ModelReply.text("fine now")))) {
            ProcessorRunner<AgentState> runner = stage.start();
            stage.ask(runner, "hi");
            AgentStatus failed = runner.state().status();
            assertThat(failed.working()).isFalse();
            assertThat(failed.reason()).isEqualTo(AgentStatus.FAILED);
            assertThat(failed.failureClass()).contains("quota");

            append(stage, runner, event);

            assertThat(stage.only(RequestCompleted.class).status()).isEqualTo("completed");
            assertThat(stage.all(RequestStarted.class))
                    .extracting(RequestStarted::attempt)
                    .containsExactly(1, 1);
            assertThat(runner.state().status().reason()).isEqualTo(AgentStatus.ANSWERED);
            assertThat(stage.model.requests()).hasSize(2);
            assertThat(stage.lastRequest().texts("user")).containsExactly("hi");
            stage.assertWhole();
        }
    }

    @Test
    void should_do_nothing_about_a_retry_request_after_a_complete_answer() {
        try (Stage stage = new Stage(ModelScript.assistant())) {
            ProcessorRunner<AgentState> runner = stage.start();
            stage.ask(runner, "hi");
            append(stage, runner, RETRY);

            assertThat(stage.model.requests()).hasSize(1);
            assertThat(runner.state().status().reason()).isEqualTo(AgentStatus.ANSWERED);
        }
    }

    @Test
    void should_do_nothing_about_a_retry_request_while_a_request_is_open() {
        try (Stage stage = new Stage(ModelScript.of(ModelReply.text("one two").holdAfter(1)))) {
            ProcessorRunner<AgentState> runner = stage.start();
            stage.user("hi");
            stage.awaitHeld("one");
            runner.awaitProcessed(stage.append(RETRY), Stage.LIMIT);
            stage.model.release();
            runner.awaitIdle(Stage.LIMIT);

            assertThat(stage.text()).isEqualTo("one two");
            assertThat(stage.model.requests()).hasSize(1);
            stage.assertWhole();
        }
    }

    @Test
    void should_say_when_the_provider_wants_the_next_request() {
        VirtualTimers timers = new VirtualTimers();
        ModelReply later =
                ModelReply.failure(429, "x", "rate_limit_exceeded", "later").header("retry-after", "3600");
        try (Stage stage = new Stage(ModelScript.of(later), timers)) {
            ProcessorRunner<AgentState> runner = stage.start();
            Instant due = timers.now().plus(Duration.ofHours(1));
            stage.ask(runner, "hi");

            assertThat(stage.only(RequestFailed.class).retryAt()).contains(due);
            assertThat(runner.state().status().retryAt()).contains(due);
            assertThat(runner.state().status().failureClass()).contains("rate-limit");
        }
    }

    private static void append(Stage stage, ProcessorRunner<AgentState> runner, AgentEvent event) {
        runner.awaitProcessed(stage.append(event), Stage.LIMIT);
        runner.awaitIdle(Stage.LIMIT);
    }
}
