package dev.millrace.examples.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.processors.openai.OpenAiModel;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("jdk")
class AgentExampleTest {
    @Test
    void should_answer_with_one_request() {
        try (ScriptedModelServer server = ScriptedModelServer.start(ModelScript.assistant())) {
            OpenAiModel model = OpenAiModel.builder().baseUrl(server.baseUrl()).build();

            assertThat(AgentExample.ask(model, "What is 50 - 8?"))
                    .extracting(Event::type)
                    .contains("agent-input-added", "llm-request-started", "llm-item-completed")
                    .endsWith("llm-request-completed");
            assertThat(server.requests()).hasSize(1);
        }
    }
}
