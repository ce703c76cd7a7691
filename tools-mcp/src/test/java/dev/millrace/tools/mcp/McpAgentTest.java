package dev.millrace.tools.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.agent.app.Agent;
import dev.millrace.processors.agent.app.Agents;
import dev.millrace.processors.agent.model.Model;
import dev.millrace.processors.openai.OpenAiModel;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An agent with the tools of the reference server. */
@Timeout(120)
class McpAgentTest {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static Agent agent(Model model, List<String> command) {
        // region agent
        Mcp server = Mcp.stdio(command) // for example: npx -y @modelcontextprotocol/server-everything
                .prefix("every_")
                .each(tool -> tool.name().equals("every_get-env") ? tool.approval() : tool);
        return Agent.named("helper").model(model).tools(server).build();
        // endregion
    }

    @Test
    void should_use_the_tools_and_end_the_program() {
        ModelScript script =
                ModelScript.of(ModelReply.call("1", "every_get-sum", "{\"a\":2,\"b\":3}"), ModelReply.text("It is 5."));
        List<String> command = EverythingServer.command("stdio");
        List<ProcessHandle> before = ProcessHandle.current().descendants().toList();
        try (ScriptedModelServer model = ScriptedModelServer.start(script);
                StreamEngine engine =
                        StreamEngine.builder(new InMemoryEventStore()).start()) {
            Agent agent = agent(OpenAiModel.builder().baseUrl(model.baseUrl()).build(), command);
            try (Agents agents =
                    Agents.on(engine.streams()).serve("/helper", agent).start()) {
                String answer =
                        agents.at("/helper/1").say("2 + 3?").await(LIMIT).text();

                assertThat(answer).isEqualTo("It is 5.");
                assertThat(model.requests().get(1).body().toString()).contains("The sum of 2 and 3 is 5.");
            }
            HostedTools.eventually(() ->
                    before.containsAll(ProcessHandle.current().descendants().toList()));
        }
    }
}
