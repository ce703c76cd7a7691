package dev.millrace.examples.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.processors.agent.Agent;
import dev.millrace.processors.openai.OpenAiModel;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("jdk")
class AgentExampleTest {
    @Test
    void should_answer_with_one_request() {
        try (ScriptedModelServer model = ScriptedModelServer.start(ModelScript.assistant())) {
            Agent agent =
                    Agent.of(OpenAiModel.builder().baseUrl(model.baseUrl()).build());

            assertThat(AgentExample.ask(agent, "What is 50 - 8?"))
                    .extracting(Event::type)
                    .contains("agent-input-added", "llm-request-started", "llm-item-completed")
                    .endsWith("llm-request-completed");
            assertThat(model.requests()).hasSize(1);
        }
    }
}
