package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.processors.agent.AgentEvent.CapabilityLearned;
import dev.millrace.processors.agent.AgentEvent.LlmConfigUpdated;
import dev.millrace.processors.agent.AgentEvent.RequestCompleted;
import dev.millrace.processors.agent.AgentEvent.RequestFailed;
import dev.millrace.processors.agent.AgentEvent.RequestStarted;
import dev.millrace.processors.agent.AgentProcessor;
import dev.millrace.processors.agent.AgentState;
import dev.millrace.processors.agent.AgentState.Unsupported;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Services that refuse a parameter of the request. */
@Timeout(120)
class AgentCapabilityTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'error':{'param':'include','code':'unknown_parameter','message':'Unknown parameter'}}",
                "{'error':{'message':'Unrecognized request argument supplied: include'}}"
            })
    void should_send_the_same_request_without_a_parameter_that_the_service_does_not_know(String refusal) {
        try (Stage stage = new Stage(ModelScript.of(refused(refusal), ModelReply.text("fine")))) {
            ProcessorRunner<AgentState> runner = stage.start();
            stage.ask(runner, "one");

            CapabilityLearned learned = stage.only(CapabilityLearned.class);
            RequestCompleted completed = stage.only(RequestCompleted.class);
            assertThat(stage.all(RequestStarted.class)).hasSize(1);
            assertThat(learned.requestId()).isEqualTo(completed.requestId());
            assertThat(learned.parameter()).isEqualTo("include");
            assertThat(learned.model()).isEqualTo("m");
            assertThat(learned.baseUrl()).isEqualTo(stage.model.baseUrl());
            assertThat(learned.supported()).isFalse();
            assertThat(stage.model.requests()).hasSize(2);
            assertThat(stage.model.requests().get(0).body().has("include")).isTrue();
            assertThat(stage.lastRequest().body().has("include")).isFalse();

            stage.ask(runner, "two");
            assertThat(stage.model.requests()).hasSize(3);
            assertThat(stage.lastRequest().body().has("include")).isFalse();

            stage.append(LlmConfigUpdated.model("another"));
            stage.ask(runner, "three");
            assertThat(stage.lastRequest().model()).isEqualTo("another");
            assertThat(stage.lastRequest().body().has("include")).isTrue();
            assertThat(stage.all(CapabilityLearned.class)).hasSize(1);
            stage.assertWhole();
        }
    }

    @Test
    void should_have_the_parameter_again_at_another_address() {
        AgentLog log = new AgentLog();
        log.add(new CapabilityLearned(3, AgentLog.BASE_URL, "m", "include", false, Optional.empty()));
        log.add(new CapabilityLearned(3, AgentLog.BASE_URL, "m", "include", false, Optional.empty()));
        log.user("hi");

        assertThat(log.state().unsupported()).containsExactly(new Unsupported(AgentLog.BASE_URL, "m", "include"));
        assertThat(log.body().has("include")).isFalse();
        OpenAiModel elsewhere =
                OpenAiModel.builder().baseUrl("http://elsewhere/v1").model("m").build();
        assertThat(log.body(AgentProcessor.of(elsewhere), elsewhere).has("include"))
                .isTrue();
    }

    @Test
    void should_not_drop_a_setting_whose_value_is_refused() {
        ModelReply refusal = refused("{'error':{'param':'reasoning.effort','code':'invalid_value',"
                + "'message':'Invalid value: extreme. Supported values are: low, medium and high.'}}");
        try (Stage stage = new Stage(ModelScript.of(refusal, ModelReply.text("fine")))) {
            ProcessorRunner<AgentState> runner = stage.start();
            stage.append(new LlmConfigUpdated(
                    Optional.empty(), Optional.of("extreme"), Optional.empty(), Optional.empty(), Optional.empty()));
            stage.ask(runner, "one");

            assertThat(stage.only(RequestFailed.class).failureClass()).isEqualTo("invalid-request");
            assertThat(stage.all(CapabilityLearned.class)).isEmpty();
            assertThat(stage.model.requests()).hasSize(1);

            long corrected = stage.append(new LlmConfigUpdated(
                    Optional.empty(), Optional.of("high"), Optional.empty(), Optional.empty(), Optional.empty()));
            runner.awaitProcessed(corrected, Stage.LIMIT);
            runner.awaitIdle(Stage.LIMIT);
            assertThat(stage.lastRequest().body().at("/reasoning/effort").asText())
                    .isEqualTo("high");
            assertThat(stage.only(RequestCompleted.class).status()).isEqualTo("completed");
            stage.assertWhole();
        }
    }

    private static ModelReply refused(String body) {
        return ModelReply.status(400, body.replace('\'', '"'), Map.of("Content-Type", "application/json"));
    }
}
