package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.agent.app.Agent;
import dev.millrace.processors.agent.app.Agents;
import dev.millrace.processors.agent.app.Conversation;
import dev.millrace.processors.agent.tool.Tool;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import dev.millrace.scriptedmodel.ToolCall;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A conversation with tools leaves the same events on each wire, but for what only the provider understands. */
@Timeout(120)
class SameEventsTest {
    private static final ModelScript SCRIPT = ModelScript.of(
            ModelReply.thoughtfulText("One and two.", "It is three."),
            ModelReply.calls(
                    "Let me see.",
                    new ToolCall("call_1", "add", "{\"a\":1,\"b\":2}"),
                    new ToolCall("call_2", "add", "{\"a\":3,\"b\":4}")),
            ModelReply.text("Three and seven."),
            ModelReply.refusal("I cannot say that."),
            ModelReply.calls(
                    "",
                    new ToolCall("call_1", "add", "{\"a\":1,"),
                    new ToolCall("", "add", ""),
                    new ToolCall("call_3", "unknown", "{}")),
            ModelReply.incomplete("max_output_tokens", "I give"),
            ModelReply.errorInStream("server_error", "boom"),
            ModelReply.text("Good bye."));

    record Sum(int a, int b) {}

    @Test
    void should_leave_the_same_events_on_each_wire() {
        List<String> responses = log(Wire.RESPONSES);

        assertThat(responses).hasSizeGreaterThan(30);
        assertThat(log(Wire.CHAT)).isEqualTo(responses);
    }

    private static List<String> log(Wire wire) {
        try (ScriptedModelServer server = ScriptedModelServer.start(SCRIPT);
                StreamEngine engine =
                        StreamEngine.builder(new InMemoryEventStore()).start()) {
            EventStreams streams = engine.streams(ProjectSlug.defaultProject());
            OpenAiModel model = OpenAiModel.builder()
                    .baseUrl(server.baseUrl())
                    .model("m")
                    .wire(wire)
                    .build();
            Agent agent = Agent.named("adder")
                    .instructions("You add.")
                    .model(model)
                    .tool(Tool.of("add", Sum.class, sum -> sum.a() + sum.b())
                            .description("Adds.")
                            .readOnly()
                            .parallel(1))
                    .build();
            try (Agents agents = Agents.on(streams).serve("/adder", agent).start()) {
                Conversation talk = agents.at("/adder/1");
                for (String text : List.of("think", "add", "swear", "call wrongly", "finish", "bye")) {
                    talk.say(text).awaitPause(Stage.LIMIT);
                }
            }
            assertThat(server.requests())
                    .hasSizeGreaterThan(6)
                    .allSatisfy(request -> assertThat(request.isChat()).isEqualTo(wire == Wire.CHAT));
            return LogText.of(
                    streams.read(StreamPath.of("/adder/1"), ReadRange.all())
                            .orTimeout(Stage.LIMIT.toSeconds(), TimeUnit.SECONDS)
                            .join(),
                    "wire",
                    "opaque",
                    "responseId",
                    "usage");
        }
    }
}
