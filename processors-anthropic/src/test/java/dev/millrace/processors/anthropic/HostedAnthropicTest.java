package dev.millrace.processors.anthropic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamEvent.ProcessorAttached;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentProcessor;
import dev.millrace.processors.agent.AgentProvider;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class HostedAnthropicTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"anthropic | {'systemPrompt':'Add.'}", "openai | {'systemPrompt':'Add.','provider':'anthropic'}"})
    void should_be_chosen_by_the_server_or_by_the_stream(String setting, String config) {
        try (ScriptedModelServer model = ScriptedModelServer.start(ModelScript.assistant());
                StreamEngine engine = StreamEngine.builder(new InMemoryEventStore())
                        .processors(List.of(new AgentProvider()))
                        .settings(Map.of(
                                "agent.provider",
                                setting,
                                "anthropic.base-url",
                                model.baseUrl(),
                                "anthropic.api-key",
                                Stage.KEY,
                                "anthropic.model",
                                "hosted"))
                        .start()) {
            var streams = engine.streams(ProjectSlug.of("public"));
            JsonNode attached = JsonCodec.parse(config.replace('\'', '"'));
            streams.append(
                            Stage.PATH.value(),
                            new ProcessorAttached(AgentProcessor.SLUG, Optional.of(attached), Optional.empty()))
                    .orTimeout(10, TimeUnit.SECONDS)
                    .join();
            streams.append(Stage.PATH.value(), InputAdded.user("What is 50 - 8?"))
                    .orTimeout(10, TimeUnit.SECONDS)
                    .join();

            await().atMost(Stage.LIMIT).until(() -> {
                JsonNode state = streams.state(Stage.PATH)
                        .orTimeout(10, TimeUnit.SECONDS)
                        .join()
                        .processors()
                        .get(AgentProcessor.SLUG);
                return state != null && state.path("answered").asLong() > 0;
            });
            assertThat(model.requests()).hasSize(1);
            assertThat(model.requests().get(0).isAnthropic()).isTrue();
            assertThat(model.requests().get(0).model()).isEqualTo("hosted");
            assertThat(model.requests().get(0).texts("system")).containsExactly("Add.");
        }
    }
}
