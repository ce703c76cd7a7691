package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.processors.agent.AgentEvent.CapabilityLearned;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentEvent.ItemCompleted;
import dev.millrace.processors.agent.AgentEvent.RequestFailed;
import dev.millrace.processors.agent.AgentEvent.RequestStarted;
import dev.millrace.processors.agent.AgentState;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ProviderDialect;
import dev.millrace.scriptedmodel.ToolCall;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** One conversation with everything in it, over HTTP, with each kind of strict server, on each wire. */
@Timeout(120)
class DialectsTest {
    static Stream<Arguments> servers() {
        return Arrays.stream(ProviderDialect.values())
                .flatMap(dialect -> Arrays.stream(Wire.values()).map(wire -> Arguments.of(dialect, wire)));
    }

    @ParameterizedTest
    @MethodSource("servers")
    void should_continue_whatever_the_model_said(ProviderDialect dialect, Wire wire) {
        ModelScript script = ModelScript.of(
                ModelReply.thoughtfulText("I think.", "Therefore I am."),
                ModelReply.calls(
                        "Let me see.",
                        new ToolCall("call_1", "search", "{\"q\":1}"),
                        new ToolCall("call_2", "look", "")),
                ModelReply.text("I cannot search."),
                ModelReply.refusal("No."),
                ModelReply.text("one two three").holdAfter(1),
                ModelReply.text("after the interrupt"),
                ModelReply.text("at last"));
        try (Stage stage = new Stage(script, dialect, wire)) {
            ProcessorRunner<AgentState> runner = stage.start();
            stage.ask(runner, "think");
            stage.ask(runner, "search");
            stage.ask(runner, "something bad");
            stage.user("count");
            stage.awaitHeld("one");
            stage.ask(runner, "stop");
            stage.ask(runner, "and now?");

            assertThat(stage.all(RequestFailed.class)).isEmpty();
            assertThat(stage.all(RequestStarted.class)).hasSize(7);
            List<ModelItem> items = stage.all(ItemCompleted.class).stream()
                    .map(ItemCompleted::item)
                    .toList();
            assertThat(items)
                    .hasOnlyElementsOfTypes(
                            ModelItem.Message.class,
                            ModelItem.Refusal.class,
                            ModelItem.Reasoning.class,
                            ModelItem.ToolCall.class);
            assertThat(items.stream().filter(ModelItem.Reasoning.class::isInstance))
                    .hasSize(1);
            assertThat(items.stream().filter(ModelItem.ToolCall.class::isInstance))
                    .hasSize(2);
            assertThat(stage.lastRequest().texts("user"))
                    .containsExactly("think", "search", "something bad", "count", "stop", "and now?");
            assertThat(stage.lastRequest().texts("assistant"))
                    .contains("Therefore I am.", "Let me see.", "I cannot search.", "No.", "after the interrupt");
            stage.assertWhole();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void should_send_a_note_of_the_developer_in_a_form_that_the_server_reads(ProviderDialect dialect, Wire wire) {
        try (Stage stage = new Stage(ModelScript.assistant(), dialect, wire)) {
            ProcessorRunner<AgentState> runner = stage.start();
            stage.ask(runner, "What is 1 + 1?");
            stage.append(InputAdded.as("developer", "Be brief."));
            stage.ask(runner, "What is 50 - 8?");
            stage.ask(runner, "What is 2 + 2?");

            assertThat(stage.text()).endsWith("2 + 2 is 4.");
            assertThat(stage.all(RequestFailed.class)).isEmpty();
            assertThat(stage.all(CapabilityLearned.class)).hasSize(dialect == ProviderDialect.LLAMA_CPP ? 1 : 0);
            stage.assertWhole();
        }
    }

    @ParameterizedTest
    @MethodSource("servers")
    void should_send_an_image(ProviderDialect dialect, Wire wire) {
        JsonNode content = JsonCodec.parse("""
                [{"type": "input_text", "text": "What is this?"},
                 {"type": "input_image", "image_url": "data:image/png;base64,AAAA"}]""");
        try (Stage stage = new Stage(ModelScript.of(ModelReply.text("A heart.")), dialect, wire)) {
            ProcessorRunner<AgentState> runner = stage.start();
            runner.awaitProcessed(
                    stage.append(new InputAdded(Optional.empty(), content, Optional.empty())), Stage.LIMIT);
            runner.awaitIdle(Stage.LIMIT);

            assertThat(stage.text()).isEqualTo("A heart.");
            assertThat(stage.lastRequest().body().toString()).contains("data:image/png;base64,AAAA");
            assertThat(stage.all(CapabilityLearned.class)).isEmpty();
            stage.assertWhole();
        }
    }
}
