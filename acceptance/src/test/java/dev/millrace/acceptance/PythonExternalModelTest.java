package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.BuiltInType;
import dev.millrace.processors.agent.app.Conversation;
import dev.millrace.processors.agent.app.Turn;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The model in Python of the examples, with the agent of a server that has no model of its own. */
@Timeout(180)
class PythonExternalModelTest {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final Path MODEL =
            Path.of("../examples/external-model-python/external_model.py").toAbsolutePath();
    private static final String STREAM = "/python/model";
    private static final String CONFIG =
            "{\"processor\":\"agent\",\"config\":{\"wire\":\"external\",\"model\":\"mine\"}}";

    @Test
    void should_answer_also_after_it_was_killed(@TempDir Path data) throws Exception {
        assumeTrue(runsPython(), "needs python3");
        try (PackagedServer server = PackagedServer.on(data, Map.of());
                HttpEventStreams streams =
                        HttpEventStreams.builder(server.baseUri()).build()) {
            assertThat(server.append(STREAM, BuiltInType.PROCESSOR_ATTACHED, CONFIG)
                            .status())
                    .isEqualTo(200);
            Conversation talk = Conversation.at(streams, STREAM);
            Process model = start(server);
            try {
                try (Turn first = talk.say("one")) {
                    assertThat(first.await(BOUND).text()).isEqualTo("You said: one");
                }
                model.destroyForcibly().waitFor(BOUND.toSeconds(), TimeUnit.SECONDS);
                try (Turn second = talk.say("two")) {
                    await().atMost(BOUND)
                            .until(() -> events(server, "llm-request-scheduled").size() == 2);
                    model = start(server);
                    assertThat(second.await(BOUND).text()).isEqualTo("You said: two");
                }
            } finally {
                model.destroyForcibly();
            }
            assertThat(events(server, "llm-request-started"))
                    .extracting(event -> event.at("/payload/model").asText())
                    .containsExactly("mine", "mine");
            assertThat(events(server, "llm-request-completed")).hasSize(2);
            assertThat(events(server, "llm-request-scheduled").get(1).at("/payload/prompt"))
                    .hasSize(3);
        }
    }

    @Test
    void should_have_30_lines_at_most() throws IOException {
        assertThat(Files.readAllLines(MODEL).stream().filter(line -> !line.isBlank()))
                .hasSizeLessThanOrEqualTo(30);
    }

    private static Process start(PackagedServer server) throws IOException {
        String url = server.baseUri().toString();
        return new ProcessBuilder("python3", MODEL.toString(), url.replaceFirst("/$", ""), STREAM)
                .inheritIO()
                .start();
    }

    private static boolean runsPython() throws InterruptedException {
        try {
            Process process = new ProcessBuilder("python3", "--version")
                    .redirectErrorStream(true)
                    .start();
            return process.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException notThere) {
            return false;
        }
    }

    private static List<JsonNode> events(PackagedServer server, String type) {
        return server.history(STREAM).events().stream()
                .filter(event -> event.path("type").asText().equals(type))
                .toList();
    }
}
