package dev.millrace.examples.refund;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.agent.app.Agent;
import dev.millrace.processors.agent.app.Agents;
import dev.millrace.processors.agent.app.Turn;
import dev.millrace.processors.agent.tool.By;
import dev.millrace.processors.openai.OpenAiModel;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RefundAgentTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @Test
    void should_ask_before_a_large_refund() {
        ModelScript script = ModelScript.of(
                ModelReply.call("1", "refund", "{\"order\": \"17\", \"amount\": 12.5}"), ModelReply.text("Done."));
        try (ScriptedModelServer server = ScriptedModelServer.start(script);
                StreamEngine engine =
                        StreamEngine.builder(new InMemoryEventStore()).start();
                Agents agents = Agents.on(engine.streams())
                        .serve("/refunds", agent(server))
                        .start()) {
            Turn turn = agents.at("/refunds/1").say("Refund order 17").awaitPause(LIMIT);
            assertThat(turn.approvals()).hasSize(1); // the model has asked, and nothing has been paid
            agents.at("/refunds/1").approve(turn.approvals().get(0), By.person("ann"));
            assertThat(turn.await(LIMIT).text()).isEqualTo("Done.");
            assertThat(server.requests().get(1).toolResults()).containsExactly("paid 12.5 euros for order 17");
        }
    }

    private static Agent agent(ScriptedModelServer server) {
        return RefundAgent.agent(OpenAiModel.builder().baseUrl(server.baseUrl()).build());
    }
}
