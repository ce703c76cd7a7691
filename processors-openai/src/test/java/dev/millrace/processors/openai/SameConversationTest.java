package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.agent.AgentEvent.SystemPromptUpdated;
import dev.millrace.processors.agent.app.Agent;
import dev.millrace.processors.agent.app.Agents;
import dev.millrace.processors.agent.app.Conversation;
import dev.millrace.processors.agent.app.Turn;
import dev.millrace.processors.agent.model.Model;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.tool.Tool;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A conversation leaves the same events, whether the agent asks a model on one of its wires or another program answers:
 * but for what only the provider says, and for the request that the agent schedules for the program.
 */
@Timeout(60)
class SameConversationTest {
    private static final StreamPath PATH = StreamPath.of("/adder/1");
    private static final String CALL = "{\"a\":1,\"b\":2}";

    record Sum(int a, int b) {}

    @Test
    void should_leave_the_same_events_on_both_wires_and_with_an_external_program() {
        List<String> responses = withServer(Wire.RESPONSES);

        assertThat(responses)
                .anyMatch(line -> line.startsWith("system-prompt-updated"))
                .anyMatch(line -> line.startsWith("tool-call-completed"))
                .anyMatch(line -> line.startsWith("llm-request-cancelled"))
                .hasSizeGreaterThan(20);
        assertThat(withServer(Wire.CHAT)).isEqualTo(responses);
        assertThat(withProgram()).isEqualTo(responses);
    }

    private static List<String> withServer(Wire wire) {
        ModelScript script = ModelScript.of(
                ModelReply.call("call_1", "add", CALL),
                ModelReply.text("Three."),
                ModelReply.text("Once upon a time").holdAfter(2),
                ModelReply.text("Stopped."));
        try (ScriptedModelServer server = ScriptedModelServer.start(script);
                StreamEngine engine = engine()) {
            Model model = OpenAiModel.builder()
                    .baseUrl(server.baseUrl())
                    .model("m")
                    .wire(wire)
                    .build();
            EventStreams streams = streams(engine);
            try (Agents agents = serve(streams, model)) {
                Conversation talk = agents.at(PATH);
                talk.say("add 1 and 2").await(Stage.LIMIT);
                talk.say("tell me a story");
                awaitText(streams, "Once upon");
                talk.say("stop").await(Stage.LIMIT);
            }
            assertThat(server.requests())
                    .hasSize(4)
                    .allSatisfy(request -> assertThat(request.isChat()).isEqualTo(wire == Wire.CHAT));
            return log(streams);
        }
    }

    private static List<String> withProgram() {
        try (StreamEngine engine = engine()) {
            EventStreams streams = streams(engine);
            ExternalProgram program = new ExternalProgram(streams, PATH);
            try (Agents agents = serve(streams, Model.external("m"))) {
                Conversation talk = agents.at(PATH);
                Turn sum = talk.say("add 1 and 2");
                program.answer(new ModelItem.ToolCall("call_1", "add", CALL));
                program.answer(new ModelItem.Message("Three."));
                sum.await(Stage.LIMIT);
                talk.say("tell me a story");
                program.begin("Once upon");
                Turn stopped = talk.say("stop");
                program.answer(new ModelItem.Message("Stopped."));
                stopped.await(Stage.LIMIT);
            }
            return log(streams);
        }
    }

    private static StreamEngine engine() {
        return StreamEngine.builder(new InMemoryEventStore()).start();
    }

    private static EventStreams streams(StreamEngine engine) {
        return engine.streams(ProjectSlug.defaultProject());
    }

    /** The agent of the conversation, and its system prompt as the first event. */
    private static Agents serve(EventStreams streams, Model model) {
        Agent agent = Agent.named("adder")
                .model(model)
                .tool(Tool.of("add", Sum.class, sum -> sum.a() + sum.b())
                        .description("Adds.")
                        .readOnly())
                .build();
        Agents agents = Agents.on(streams).serve("/adder", agent).start();
        streams.append(PATH.value(), new SystemPromptUpdated("You add."))
                .orTimeout(Stage.LIMIT.toSeconds(), TimeUnit.SECONDS)
                .join();
        await().atMost(Stage.LIMIT)
                .until(() -> events(streams).stream().anyMatch(event -> isOf(event, "tools-offered")));
        return agents;
    }

    private static void awaitText(EventStreams streams, String text) {
        await().atMost(Stage.LIMIT)
                .until(() -> LogText.of(events(streams)).stream()
                        .anyMatch(line -> line.startsWith("chunks ") && line.endsWith(text)));
    }

    private static List<String> log(EventStreams streams) {
        List<Event> events = events(streams).stream()
                .filter(event -> !isOf(event, "llm-request-scheduled"))
                .toList();
        return LogText.of(events, "provider", "wire", "opaque", "responseId", "model", "usage");
    }

    private static boolean isOf(Event event, String type) {
        return event.type().endsWith("/" + type) || event.type().equals(type);
    }

    private static List<Event> events(EventStreams streams) {
        return streams.read(PATH, ReadRange.all())
                .orTimeout(Stage.LIMIT.toSeconds(), TimeUnit.SECONDS)
                .join();
    }
}
