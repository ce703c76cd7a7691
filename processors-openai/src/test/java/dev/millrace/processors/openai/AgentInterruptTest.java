package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.EventInput;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentEvent.RequestCancelled;
import dev.millrace.processors.agent.AgentEvent.RequestCompleted;
import dev.millrace.processors.agent.AgentEvent.RequestStarted;
import dev.millrace.processors.agent.AgentState;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Inputs that arrive while the model is answering. */
@Timeout(120)
class AgentInterruptTest {
    @Test
    void should_stop_speaking_when_the_user_does_and_know_how_far_it_got() {
        ModelScript script =
                ModelScript.of(ModelReply.text("Once upon a time").holdAfter(2), ModelReply.text("Stopped."));
        try (Stage stage = new Stage(script)) {
            ProcessorRunner<AgentState> runner = stage.start();
            stage.user("tell me a story");
            stage.awaitHeld("Once upon");
            long interrupting = stage.user("stop");
            runner.awaitProcessed(interrupting, Stage.LIMIT);
            runner.awaitIdle(Stage.LIMIT);

            RequestCancelled cancelled = stage.only(RequestCancelled.class);
            assertThat(cancelled.reason()).isEqualTo("interrupted");
            assertThat(cancelled.byOffset()).contains(interrupting);
            assertThat(stage.types())
                    .containsSubsequence("llm-request-cancelled", "llm-request-started", "llm-request-completed");
            assertThat(stage.lastRequest().texts("user")).containsExactly("tell me a story", "stop");
            assertThat(stage.lastRequest().texts("assistant"))
                    .containsExactly("Once upon\n\n[response interrupted by the user]");
            assertThat(stage.model.requests()).hasSize(2);
            assertThat(runner.state().owesReply()).isFalse();
            stage.assertWhole();
        }
    }

    @Test
    void should_hang_up_on_a_silent_model_when_it_is_interrupted() throws Exception {
        try (SilentServer silent = new SilentServer("");
                Stage stage = new Stage(silent.baseUrl())) {
            stage.start();
            stage.user("hi");
            silent.silent().get(30, TimeUnit.SECONDS);

            long interrupted = System.nanoTime();
            stage.user("never mind");
            long hungUp = silent.hungUpNanos().get(30, TimeUnit.SECONDS);

            assertThat(Duration.ofNanos(hungUp - interrupted)).isLessThan(Duration.ofSeconds(20));
        }
    }

    @Test
    void should_not_be_interrupted_by_what_asks_for_no_reply() {
        try (Stage stage = new Stage(ModelScript.of(ModelReply.text("one two").holdAfter(1)))) {
            ProcessorRunner<AgentState> runner = stage.start();
            stage.user("hi");
            stage.awaitHeld("one");
            stage.append(InputAdded.as("developer", "context"));
            runner.awaitProcessed(stage.append(InputAdded.as("system", "more")), Stage.LIMIT);
            stage.model.release();
            runner.awaitIdle(Stage.LIMIT);

            assertThat(stage.only(RequestCompleted.class).status()).isEqualTo("completed");
            assertThat(stage.text()).isEqualTo("one two");
            assertThat(stage.model.requests()).hasSize(1);
        }
    }

    @Test
    void should_stop_when_anybody_says_so_and_owe_nothing() {
        try (Stage stage = new Stage(ModelScript.of(ModelReply.text("one two").holdAfter(1)))) {
            ProcessorRunner<AgentState> runner = stage.start();
            stage.user("hi");
            stage.awaitHeld("one");
            long requestId = runner.state().open().orElseThrow().id();
            runner.awaitProcessed(
                    stage.append(new RequestCancelled(requestId, "stop button", Optional.empty())), Stage.LIMIT);
            runner.awaitIdle(Stage.LIMIT);
            stage.model.release();

            assertThat(runner.state().owesReply()).isFalse();
            assertThat(stage.model.requests()).hasSize(1);
            assertThat(stage.text()).isEqualTo("one");
            stage.assertWhole();
        }
    }

    @Test
    void should_tidy_up_after_a_start_that_came_too_late() {
        try (Stage stage = new Stage(ModelScript.assistant())) {
            ProcessorRunner<AgentState> runner = stage.start();
            long asked = stage.user("hi");
            runner.awaitProcessed(asked, Stage.LIMIT);
            runner.awaitIdle(Stage.LIMIT);
            long late = stage.append(new RequestStarted(
                    asked, "m", 2, "of another process", Optional.empty(), Optional.empty(), Optional.empty()));
            runner.awaitProcessed(late, Stage.LIMIT);
            runner.awaitIdle(Stage.LIMIT);

            assertThat(stage.only(RequestCancelled.class))
                    .isEqualTo(new RequestCancelled(late, "superseded", Optional.empty()));
            assertThat(stage.model.requests()).hasSize(1);
            stage.assertWhole();
        }
    }

    @Test
    void should_survive_a_storm_of_interruptions() {
        try (Stage stage = new Stage(ModelScript.empty()
                .otherwise(request -> ModelReply.text("one two three").every(Duration.ofMillis(3))))) {
            ProcessorRunner<AgentState> runner = stage.start();
            long last = 0;
            for (int i = 0; i < 40; i++) {
                last = stage.user("input " + i);
                int minimum = i / 4;
                if (i % 4 == 3) {
                    await().atMost(Stage.LIMIT)
                            .until(() -> stage.model.requests().size() >= minimum);
                }
            }
            runner.awaitProcessed(last, Stage.LIMIT);
            runner.awaitIdle(Stage.LIMIT);

            assertThat(runner.state().owesReply()).isFalse();
            assertThat(stage.lastRequest().texts("user"))
                    .hasSize(40)
                    .doesNotHaveDuplicates()
                    .first()
                    .isEqualTo("input 0");
            assertThat(runner.state().answered()).isEqualTo(last);
            stage.assertWholeAfterRaces();
        }
    }

    @Test
    void should_wait_out_a_pause_and_lose_no_chunk_and_no_order() {
        ModelReply slow = ModelReply.text("a b c d e f g h", 1).holdAfter(1);
        try (Stage stage = new Stage(ModelScript.of(slow))) {
            ProcessorRunner<AgentState> runner = stage.start();
            stage.user("hi");
            stage.awaitHeld("a");
            control(stage, "paused");
            stage.model.release();
            await().atMost(Stage.LIMIT).until(() -> stage.model.held() == 0);
            assertThat(stage.text()).isEqualTo("a");
            runner.awaitProcessed(control(stage, "resumed"), Stage.LIMIT);
            runner.awaitIdle(Stage.LIMIT);

            assertThat(stage.text()).isEqualTo("a b c d e f g h");
            assertThat(stage.types())
                    .endsWith("resumed", "llm-chunk-added", "llm-item-completed", "llm-request-completed");
            stage.assertWhole();
        }
    }

    @Test
    void should_start_one_request_when_two_runners_see_one_input() {
        try (Stage stage = new Stage(ModelScript.assistant())) {
            List<ProcessorRunner<AgentState>> runners = List.of(stage.startWithoutLease(), stage.startWithoutLease());
            for (int i = 0; i < 10; i++) {
                long offset = stage.user("What is 1 + " + i + "?");
                await().atMost(Stage.LIMIT)
                        .until(() -> runners.stream()
                                .allMatch(runner -> runner.state().answered() >= offset));
            }
            runners.forEach(runner -> runner.awaitIdle(Stage.LIMIT));

            assertThat(stage.all(RequestStarted.class)).hasSize(10);
            assertThat(stage.model.requests()).hasSize(10);
            stage.assertWhole();
        }
    }

    private static long control(Stage stage, String type) {
        EventInput input = EventInput.ofType("https://events.iterate.com/events/stream/" + type);
        return stage.streams
                .append(Stage.PATH, input)
                .orTimeout(10, TimeUnit.SECONDS)
                .join()
                .offset();
    }
}
