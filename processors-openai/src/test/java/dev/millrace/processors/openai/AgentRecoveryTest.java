package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamEvent.ProcessorAttached;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.RunnerStatus;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentEvent.RequestCompleted;
import dev.millrace.processors.agent.AgentEvent.RequestFailed;
import dev.millrace.processors.agent.AgentEvent.RequestLost;
import dev.millrace.processors.agent.AgentEvent.RequestStarted;
import dev.millrace.processors.agent.AgentProcessor;
import dev.millrace.processors.agent.AgentProvider;
import dev.millrace.processors.agent.AgentState;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Inputs that arrived while no agent was running, and requests that were lost with their process. */
@Timeout(120)
class AgentRecoveryTest {
    @Test
    void should_answer_a_hundred_missed_inputs_with_one_request() {
        try (Stage stage = new Stage(ModelScript.assistant())) {
            long last = 0;
            for (int i = 0; i < 100; i++) {
                last = stage.user("input " + i);
            }
            ProcessorRunner<AgentState> runner = stage.start();
            runner.awaitIdle(Stage.LIMIT);

            assertThat(stage.model.requests()).hasSize(1);
            assertThat(stage.lastRequest().texts("user")).hasSize(100);
            assertThat(stage.only(RequestStarted.class).inputThroughOffset()).isEqualTo(last);
            stage.assertWhole();
        }
    }

    @Test
    void should_answer_a_hundred_inputs_with_one_request_also_when_each_of_them_fires_effects() {
        try (Stage stage = new Stage(ModelScript.assistant())) {
            ProgressStore progress = ProgressStore.inMemory();
            ProcessorRunner<AgentState> first = stage.start(progress);
            stage.ask(first, "hi");
            first.close();
            for (int i = 0; i < 100; i++) {
                stage.user("input " + i);
            }
            stage.start(progress).awaitIdle(Stage.LIMIT);

            assertThat(stage.model.requests()).hasSize(2);
            assertThat(stage.lastRequest().texts("user")).hasSize(101);
            stage.assertWhole();
        }
    }

    @Test
    void should_do_nothing_when_it_starts_on_a_conversation_that_is_answered() {
        try (Stage stage = new Stage(ModelScript.assistant())) {
            ProcessorRunner<AgentState> first = stage.start();
            stage.ask(first, "hi");
            first.close();
            int events = stage.events().size();

            stage.start().awaitIdle(Stage.LIMIT);

            assertThat(stage.events()).hasSize(events);
            assertThat(stage.model.requests()).hasSize(1);
        }
    }

    @Test
    void should_call_a_request_lost_that_died_with_its_process_and_make_it_again() {
        ModelScript script = ModelScript.of(ModelReply.text("one two").holdAfter(1), ModelReply.text("whole answer"));
        try (Stage stage = new Stage(script)) {
            ProcessorRunner<AgentState> doomed = stage.start();
            stage.user("hi");
            stage.awaitHeld("one");
            doomed.stop(Duration.ofSeconds(1));

            ProcessorRunner<AgentState> next = stage.start();
            next.awaitIdle(Stage.LIMIT);

            assertThat(stage.types())
                    .endsWith(
                            "llm-request-lost",
                            "llm-request-started",
                            "llm-chunk-added",
                            "llm-item-completed",
                            "llm-request-completed");
            assertThat(stage.all(RequestStarted.class))
                    .extracting(RequestStarted::attempt)
                    .containsExactly(1, 2);
            assertThat(stage.model.requests()).hasSize(2);
            assertThat(stage.lastRequest().texts("assistant"))
                    .containsExactly("one\n\n[response cut off by a restart]");
            assertThat(next.state().owesReply()).isFalse();
            stage.assertWhole();
        }
    }

    @Test
    void should_give_up_on_an_input_that_kills_five_processes() {
        try (Stage stage = new Stage(ModelScript.of(ModelReply.text("never").afterSilence()))) {
            stage.user("crash me");
            for (int i = 1; i <= 5; i++) {
                int requests = i;
                ProcessorRunner<AgentState> doomed = stage.start();
                await().atMost(Stage.LIMIT).until(() -> stage.model.requests().size() == requests);
                doomed.stop(Duration.ofSeconds(1));
            }
            ProcessorRunner<AgentState> last = stage.start();
            last.awaitIdle(Stage.LIMIT);

            assertThat(stage.only(RequestFailed.class).failureClass()).isEqualTo("retries-exhausted");
            assertThat(stage.all(RequestLost.class)).hasSize(4);
            assertThat(stage.model.requests()).hasSize(5);
            assertThat(last.state().owesReply()).isFalse();
            stage.assertWhole();
        }
    }

    @Test
    void should_interrupt_a_dead_request_when_a_newer_input_waits() {
        ModelScript script = ModelScript.of(ModelReply.text("one two").holdAfter(1), ModelReply.text("answer"));
        try (Stage stage = new Stage(script)) {
            ProcessorRunner<AgentState> doomed = stage.start();
            stage.user("first");
            stage.awaitHeld("one");
            doomed.stop(Duration.ofSeconds(1));
            stage.user("second");

            stage.start().awaitIdle(Stage.LIMIT);

            assertThat(stage.types()).containsSubsequence("llm-request-cancelled", "llm-request-completed");
            assertThat(stage.lastRequest().texts("user")).containsExactly("first", "second");
            assertThat(stage.model.requests()).hasSize(2);
            stage.assertWhole();
        }
    }

    @Test
    void should_append_nothing_when_it_acts_on_old_events_again() {
        VirtualTimers timers = new VirtualTimers();
        try (Stage stage = new Stage(ModelScript.assistant(), timers)) {
            ProcessorRunner<AgentState> first = stage.startWithoutLease();
            stage.ask(first, "What is 1 + 1?");
            stage.ask(first, "What is 50 - 8?");
            first.close();
            int events = stage.events().size();
            timers.advance(Duration.ofHours(1));

            stage.startFromTheBeginning().awaitIdle(Stage.LIMIT);

            assertThat(stage.events()).hasSize(events);
            assertThat(stage.model.requests()).hasSize(2);
        }
    }

    @Test
    void should_make_another_request_when_a_caller_says_that_the_running_one_is_lost() {
        ModelScript script = ModelScript.of(ModelReply.text("one two").holdAfter(1), ModelReply.text("whole answer"));
        try (Stage stage = new Stage(script)) {
            ProcessorRunner<AgentState> runner = stage.start();
            stage.user("hi");
            stage.awaitHeld("one");
            long request = runner.state().open().orElseThrow().id();

            stage.append(new RequestLost(request, Optional.empty()));
            await().atMost(Stage.LIMIT)
                    .until(() -> !stage.all(RequestCompleted.class).isEmpty());

            assertThat(stage.model.requests()).hasSize(2);
            stage.assertWhole();
        }
    }

    @Test
    void should_make_another_request_when_a_caller_appends_a_start_that_no_process_sends() {
        ModelScript script = ModelScript.of(ModelReply.text("one two").holdAfter(1), ModelReply.text("whole answer"));
        try (Stage stage = new Stage(script)) {
            ProcessorRunner<AgentState> runner = stage.start();
            long asked = stage.user("hi");
            stage.awaitHeld("one");

            stage.append(
                    new RequestStarted(asked, "m", 1, "foreign", Optional.empty(), Optional.empty(), Optional.empty()));
            await().atMost(Stage.LIMIT)
                    .until(() -> !stage.all(RequestCompleted.class).isEmpty());
            runner.awaitIdle(Stage.LIMIT);

            assertThat(stage.model.requests()).hasSize(2);
            assertThat(stage.all(RequestLost.class)).hasSize(1);
            assertThat(runner.state().owesReply()).isFalse();
        }
    }

    @Test
    void should_let_one_of_two_processes_act() {
        ModelScript script = ModelScript.of(ModelReply.text("one two").holdAfter(1), ModelReply.text("whole answer"));
        try (Stage stage = new Stage(script)) {
            ProcessorRunner<AgentState> acting = stage.start();
            stage.user("hi");
            stage.awaitHeld("one");
            ProcessorRunner<AgentState> standby = stage.startStandby();
            await().atMost(Stage.LIMIT).until(() -> standby.status().phase() == RunnerStatus.Phase.STANDBY);
            assertThat(stage.all(RequestLost.class)).isEmpty();

            acting.stop(Duration.ofSeconds(1));
            await().atMost(Stage.LIMIT)
                    .until(() -> !stage.all(RequestCompleted.class).isEmpty());

            assertThat(stage.all(RequestLost.class)).hasSize(1);
            assertThat(stage.model.requests()).hasSize(2);
            stage.assertWhole();
        }
    }

    @Test
    void should_leave_an_answer_alone_that_a_younger_process_has_taken_over() {
        ModelScript script =
                ModelScript.of(ModelReply.text("one two three").holdAfter(1), ModelReply.text("taken over"));
        VirtualTimers timers = new VirtualTimers();
        try (Stage stage = new Stage(script, timers)) {
            ProcessorRunner<AgentState> older = stage.startWithoutLease();
            stage.user("hi");
            stage.awaitHeld("one");
            ProcessorRunner<AgentState> younger = stage.startWithoutLease();
            younger.awaitIdle(Stage.LIMIT);
            timers.advanceWhen(stage.engine::isIdle, Duration.ofSeconds(149));
            assertThat(stage.all(RequestLost.class)).isEmpty();

            timers.advanceWhen(stage.engine::isIdle, Duration.ofSeconds(1));
            await().atMost(Stage.LIMIT)
                    .until(() -> !stage.all(RequestCompleted.class).isEmpty());
            await().atMost(Stage.LIMIT).until(() -> older.state().equals(younger.state()));
            stage.model.release();
            older.awaitIdle(Stage.LIMIT);
            younger.awaitIdle(Stage.LIMIT);
            await().atMost(Stage.LIMIT).until(() -> older.state().equals(younger.state()));

            assertThat(stage.model.requests()).hasSize(2);
            assertThat(stage.all(RequestLost.class)).hasSize(1);
            assertThat(stage.text()).isEqualTo("onetaken over");
            assertThat(stage.texts()).last().isEqualTo("taken over");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"agent", "openai-agent"})
    void should_be_hosted_by_a_server_that_holds_the_key(String name) {
        try (ScriptedModelServer model = ScriptedModelServer.start(ModelScript.assistant());
                StreamEngine engine = StreamEngine.builder(new InMemoryEventStore())
                        .processors(List.of(new AgentProvider()))
                        .settings(Map.of("openai.base-url", model.baseUrl(), "openai.api-key", Stage.KEY))
                        .start()) {
            var streams = engine.streams(ProjectSlug.of("public"));
            JsonNode config = JsonCodec.parse("{\"model\":\"hosted\",\"systemPrompt\":\"Add.\"}");
            streams.append(Stage.PATH.value(), new ProcessorAttached(name, Optional.of(config), Optional.empty()))
                    .orTimeout(10, TimeUnit.SECONDS)
                    .join();
            streams.append(Stage.PATH.value(), InputAdded.user("What is 50 - 8?"))
                    .orTimeout(10, TimeUnit.SECONDS)
                    .join();

            await().atMost(Stage.LIMIT).until(() -> {
                JsonNode slice = streams.state(Stage.PATH)
                        .orTimeout(10, TimeUnit.SECONDS)
                        .join()
                        .processors()
                        .get(AgentProcessor.SLUG);
                return slice != null && slice.path("answered").asLong() > 0;
            });
            assertThat(model.requests()).hasSize(1);
            assertThat(model.requests().get(0).model()).isEqualTo("hosted");
            assertThat(model.requests().get(0).body().path("instructions").asText())
                    .isEqualTo("Add.");
            assertThat(model.requests().get(0).headers()).containsEntry("authorization", "Bearer " + Stage.KEY);
        }
    }
}
