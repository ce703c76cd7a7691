package dev.millrace.processors.script;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** One event with forty lines of code turns an empty stream into an agent. */
class TalkAgentTest {
    private static final String PATH = "/agents/talk";

    private static String source() throws Exception {
        try (InputStream in = Objects.requireNonNull(TalkAgentTest.class.getResourceAsStream("/agent.js"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void say(WorkerServer server, String text) throws Exception {
        server.append(PATH, "agent-input-added", "{\"content\":\"" + text + "\"}");
    }

    @Test
    void should_turn_a_blank_stream_into_an_agent() throws Exception {
        try (ScriptedModelServer model = ScriptedModelServer.start(ModelScript.empty()
                        .whenAsked("What is 50 - 8?", ModelReply.text("50 - 8 is 42, löve ✓", 3))
                        .whenAsked("And now?", ModelReply.text("Still 42.")));
                WorkerServer server = WorkerServer.start(
                        new InMemoryEventStore(),
                        Map.of("script.allow-hosts", URI.create(model.baseUrl()).getAuthority()),
                        Map.of("openai", "sk-very-secret"))) {
            server.setEnv(PATH, "OPENAI_BASE_URL", model.baseUrl());
            server.configure(PATH, "agent", source());

            say(server, "What is 50 - 8?");
            Event first = server.awaitEvents(PATH, "agent-output-added", 1).get(0);
            say(server, "And now?");
            Event second = server.awaitEvents(PATH, "agent-output-added", 2).get(1);

            assertThat(first.payloadJson().path("content").asText()).isEqualTo("50 - 8 is 42, löve ✓");
            assertThat(second.payloadJson().path("content").asText()).isEqualTo("Still 42.");
            assertThat(server.ofType(PATH, "agent-output-chunk").stream()
                            .map(chunk -> chunk.payloadJson().path("delta").asText())
                            .collect(Collectors.joining()))
                    .isEqualTo("50 - 8 is 42, löve ✓Still 42.");
            assertThat(model.requests()).hasSize(2);
            assertThat(model.requests().get(1).body().path("input")).hasSize(3);
            assertThat(server.log(PATH).toString()).doesNotContain("very-secret");
        }
    }

    @Test
    void should_say_what_the_model_refused() throws Exception {
        ModelReply refusal = ModelReply.failure(429, "rate_limit", "slow_down", "too fast");
        try (ScriptedModelServer model = ScriptedModelServer.start(ModelScript.of(refusal));
                WorkerServer server = WorkerServer.start(
                        new InMemoryEventStore(),
                        Map.of("script.allow-hosts", URI.create(model.baseUrl()).getAuthority()),
                        Map.of("openai", "sk-very-secret"))) {
            server.setEnv(PATH, "OPENAI_BASE_URL", model.baseUrl());
            server.configure(PATH, "agent", source());
            say(server, "hello");

            List<Event> failures = server.awaitEvents(PATH, WorkerServer.FAILED, 1);

            assertThat(failures.get(0).payloadJson().path("message").asText())
                    .contains("the model answered 429", "too fast")
                    .doesNotContain("very-secret");
        }
    }
}
