package dev.millrace.tools.mcp.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.agent.app.Agent;
import dev.millrace.processors.agent.app.Agents;
import dev.millrace.processors.agent.app.Conversation;
import dev.millrace.processors.agent.model.Model;
import dev.millrace.processors.agent.tool.By;
import dev.millrace.processors.agent.tool.Tool;
import dev.millrace.processors.openai.OpenAiModel;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import dev.millrace.tools.mcp.server.McpSession.Result;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The tool {@code say}, with a real agent and a scripted model. */
@Timeout(120)
class SayToolTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final StreamPath PATH = StreamPath.of("/ann");

    record Refund(String order) {}

    private final StreamEngine engine =
            StreamEngine.builder(new InMemoryEventStore()).start();
    private final McpSession session = new McpSession(engine.streams(), "/ann");

    @AfterEach
    void stop() {
        engine.close();
    }

    private Agents serve(Model model) {
        Agent agent = Agent.named("helper")
                .model(model)
                .tool(Tool.of("refund", Refund.class, refund -> "paid").approval())
                .build();
        return Agents.on(engine.streams()).serve("/ann", agent).start();
    }

    private Result say(String arguments) {
        return session.call("say", arguments);
    }

    @Test
    void should_return_the_answer() {
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.assistant());
                Agents agents =
                        serve(OpenAiModel.builder().baseUrl(server.baseUrl()).build())) {
            assertThat(agents).isNotNull();
            assertThat(say("{'message': 'What is 6 * 7?', 'waitSeconds': 60}"))
                    .isEqualTo(new Result("6 * 7 is 42.", false));
            assertThat(say("{}")).isEqualTo(new Result("6 * 7 is 42.", false));
        }
    }

    @Test
    void should_say_that_a_call_waits_for_an_approval() {
        ModelScript script =
                ModelScript.of(ModelReply.call("1", "refund", "{\"order\":\"17\"}"), ModelReply.text("Done."));
        try (ScriptedModelServer server = ScriptedModelServer.start(script);
                Agents agents =
                        serve(OpenAiModel.builder().baseUrl(server.baseUrl()).build())) {
            Result waits = say("{'message': 'refund 17', 'waitSeconds': 60}");

            assertThat(waits.isError()).isFalse();
            assertThat(waits.text())
                    .startsWith("The agent waits for an approval by a person:\n- refund {\"order\":\"17\"} (until 20")
                    .contains("'millrace chat /ann'", "call say again without a message");

            Conversation talk = agents.at("/ann");
            talk.approve(talk.approvals().get(0), By.person("ann"));
            assertThat(say("{'waitSeconds': 60}")).isEqualTo(new Result("Done.", false));
        }
    }

    @Test
    void should_say_that_the_agent_still_works() {
        try (Agents agents = serve(Model.external("slow"))) {
            agents.at("/ann").say("hello").close();
            await().atMost(LIMIT)
                    .until(() -> engine.streams().blocking(LIMIT).read(PATH, ReadRange.all()).stream()
                            .anyMatch(event -> event.type().equals("llm-request-scheduled")));

            Result late = say("{'waitSeconds': 1}");

            assertThat(late.isError()).isFalse();
            assertThat(late.text())
                    .startsWith("The agent has not answered yet (no answer at /ann within PT1S")
                    .contains("call say again without a message");
        }
    }

    @Test
    void should_end_a_call_that_the_client_cancels() {
        try (Agents agents = serve(Model.external("slow"))) {
            agents.at("/ann").say("hello").close();

            List<JsonNode> answers = session.send(
                    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"say\","
                            + "\"arguments\":{\"waitSeconds\":600}}}",
                    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}");

            assertThat(answers).hasSize(1); // to the initialization; the server ends without waiting for the call
        }
    }

    @Test
    void should_refuse_a_call_too_many_and_still_hear_cancellations() {
        try (Agents agents = serve(Model.external("slow"))) {
            agents.at("/ann").say("hello").close();
            List<String> lines = new ArrayList<>();
            for (int id = 1; id <= 65; id++) {
                lines.add(
                        "{\"jsonrpc\":\"2.0\",\"id\":" + id
                                + ",\"method\":\"tools/call\",\"params\":{\"name\":\"say\",\"arguments\":{\"waitSeconds\":600}}}");
            }
            for (int id = 1; id <= 64; id++) {
                lines.add("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":" + id
                        + "}}");
            }

            List<JsonNode> answers = session.send(lines.toArray(String[]::new));

            assertThat(answers).hasSize(2);
            assertThat(answers)
                    .filteredOn(answer -> answer.path("id").asInt() == 65)
                    .singleElement()
                    .satisfies(busy -> {
                        assertThat(busy.at("/error/code").asInt()).isEqualTo(-32_000);
                        assertThat(busy.at("/error/message").asText()).startsWith("64 requests are running");
                    });
        }
    }

    @Test
    void should_return_the_failure_of_a_request_as_an_error() {
        ModelScript script = ModelScript.of(
                ModelReply.failure(401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided."));
        try (ScriptedModelServer server = ScriptedModelServer.start(script);
                Agents agents =
                        serve(OpenAiModel.builder().baseUrl(server.baseUrl()).build())) {
            assertThat(agents).isNotNull();
            Result failed = say("{'message': 'hi', 'waitSeconds': 60}");

            assertThat(failed.isError()).isTrue();
            assertThat(failed.text()).startsWith("auth: the request to the model failed (auth): ");
        }
    }

    @Test
    void should_say_that_there_is_no_agent() {
        Result alone = say("{'message': 'hello', 'waitSeconds': 1}");

        assertThat(alone.isError()).isTrue();
        assertThat(alone.text())
                .startsWith(
                        "NO_AGENT: no agent has begun to answer at /ann, and the service runs none there; the message is stored.")
                .contains("{\"processor\": \"agent\"}");
    }

    @Test
    void should_say_that_there_is_no_message_to_wait_for() {
        assertThat(say("{}").text()).startsWith("STREAM_NOT_FOUND: say failed: /ann; there is no such stream");
        engine.streams().blocking(LIMIT).state(PATH);
        assertThat(say("{}").text()).startsWith("no-message: there is no message on /ann; send one with say");
    }
}
