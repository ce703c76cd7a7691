package dev.millrace.processors.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamEvent.ProcessorAttached;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.agent.AgentEvent;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentEvent.RequestCompleted;
import dev.millrace.processors.agent.AgentEvent.RequestFailed;
import dev.millrace.processors.agent.AgentEvent.RequestStarted;
import dev.millrace.processors.agent.AgentEvent.RetryRequested;
import dev.millrace.processors.agent.AgentProcessor;
import dev.millrace.processors.agent.AgentProvider;
import dev.millrace.processors.agent.AgentState;
import dev.millrace.processors.agent.AgentStatus;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import dev.millrace.store.sqlite.SqliteEventStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an operator of an agent meets: an account without credit, and a process that was away for hours. */
@Timeout(120)
class ScenariosTest {
    private static final StreamPath PATH = StreamPath.of("/agents/a");
    private static final ModelReply QUOTA = ModelReply.errorInStream(
            "insufficient_quota", "You exceeded your current quota, please check your plan and billing details.");

    @TempDir
    private Path directory;

    @Test
    void should_answer_the_old_input_when_the_key_is_corrected_and_a_retry_is_requested() {
        ModelScript script = ModelScript.empty()
                .when(
                        request -> request.headers()
                                .getOrDefault("authorization", "")
                                .endsWith("poor"),
                        QUOTA)
                .when(request -> true, ModelReply.text("Here you are."));
        try (ScriptedModelServer model = ScriptedModelServer.start(script)) {
            try (StreamEngine engine = server(model, "poor")) {
                EventStreams streams = engine.streams(ProjectSlug.defaultProject());
                append(
                        streams,
                        EventInput.of(new ProcessorAttached(AgentProcessor.SLUG, Optional.empty(), Optional.empty())));
                append(streams, EventInput.of(InputAdded.user("Please.")));
                JsonNode status = awaitStatus(streams, AgentStatus.FAILED);

                assertThat(status.path("working").asBoolean()).isFalse();
                assertThat(status.path("failureClass").asText()).isEqualTo("quota");
                assertThat(model.requests()).hasSize(1);
                assertThat(all(streams, RequestFailed.class)).hasSize(1);
                assertThat(all(streams, RequestFailed.class).get(0).retryable()).isFalse();
            }
            try (StreamEngine engine = server(model, "rich")) {
                EventStreams streams = engine.streams(ProjectSlug.defaultProject());
                append(streams, EventInput.of(new RetryRequested(Optional.of("the invoice is paid"))));
                awaitStatus(streams, AgentStatus.ANSWERED);

                assertThat(model.requests()).hasSize(2);
                assertThat(model.requests().get(1).lastUserText()).isEqualTo("Please.");
                assertThat(all(streams, RequestCompleted.class)).hasSize(1);
            }
        }
    }

    @Test
    void should_make_one_request_after_a_night_in_which_a_hundred_inputs_came() {
        try (Stage stage = new Stage(ModelScript.assistant())) {
            stage.start().stop(Duration.ofSeconds(2));
            for (int i = 0; i < 100; i++) {
                stage.user("input " + i);
            }
            ProcessorRunner<AgentState> one = stage.start();
            ProcessorRunner<AgentState> other = stage.startStandby();
            one.awaitIdle(Stage.LIMIT);

            assertThat(stage.model.requests()).hasSize(1);
            assertThat(stage.lastRequest().texts("user")).hasSize(100);
            assertThat(stage.only(RequestStarted.class).attempt()).isEqualTo(1);
            one.stop(Duration.ofSeconds(2));
            await().atMost(Stage.LIMIT)
                    .until(() -> other.status().phase().name().equals("LIVE"));
            other.awaitIdle(Stage.LIMIT);
            assertThat(stage.model.requests()).hasSize(1);
            stage.assertWhole();
        }
    }

    private StreamEngine server(ScriptedModelServer model, String key) {
        return StreamEngine.builder(SqliteEventStore.open(directory.resolve("store")))
                .processors(List.of(new AgentProvider()))
                .settings(Map.of("openai.base-url", model.baseUrl(), "openai.api-key", key))
                .start();
    }

    private static void append(EventStreams streams, EventInput input) {
        streams.append(PATH, input).orTimeout(10, TimeUnit.SECONDS).join();
    }

    private static JsonNode awaitStatus(EventStreams streams, String reason) {
        await().atMost(Stage.LIMIT)
                .until(() -> status(streams).path("reason").asText().equals(reason));
        return status(streams);
    }

    private static JsonNode status(EventStreams streams) {
        return streams.state(PATH)
                .orTimeout(10, TimeUnit.SECONDS)
                .join()
                .processors()
                .getOrDefault(AgentProcessor.SLUG, MissingNode.getInstance())
                .path("status");
    }

    private static <T> List<T> all(EventStreams streams, Class<T> type) {
        return streams.read(PATH, ReadRange.all()).orTimeout(10, TimeUnit.SECONDS).join().stream()
                .map(event -> event.decodedBy(AgentEvent.catalog()))
                .map(Event::payload)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }
}
