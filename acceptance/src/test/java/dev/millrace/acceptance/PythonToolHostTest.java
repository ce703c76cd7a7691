package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.BuiltInType;
import dev.millrace.processors.agent.app.Conversation;
import dev.millrace.processors.agent.app.Turn;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelRequest;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The tool host in Python of the examples, with the agent of a server. */
@Timeout(180)
class PythonToolHostTest {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final Path HOST =
            Path.of("../examples/tool-host-python/tool_host.py").toAbsolutePath();
    private static final String STREAM = "/python/agent";

    @Test
    void should_run_calls_again_after_it_was_killed_in_the_middle_of_one(@TempDir Path notes, @TempDir Path data)
            throws Exception {
        assumeTrue(runs("python3", "--version"), "needs python3");
        assumeTrue(runs("mkfifo", notes.resolve("slow").toString()), "needs mkfifo");
        Files.writeString(notes.resolve("next"), "buy milk");
        try (ScriptedModelServer model =
                        ScriptedModelServer.start(ModelScript.empty().otherwise(PythonToolHostTest::reply));
                PackagedServer server = PackagedServer.on(data, Map.of("OPENAI_BASE_URL", model.baseUrl()));
                HttpEventStreams streams =
                        HttpEventStreams.builder(server.baseUri()).build()) {
            assertThat(server.append(STREAM, BuiltInType.PROCESSOR_ATTACHED, "{\"processor\":\"agent\"}")
                            .status())
                    .isEqualTo(200);
            Conversation talk = Conversation.at(streams, STREAM);
            Process host = start(server, notes);
            try {
                awaitEvents(server, "tools-offered", 1);
                try (Turn slow = talk.say("slow")) {
                    awaitEvents(server, "tool-call-started", 1); // it waits for a writer of the pipe
                    host.destroyForcibly().waitFor(BOUND.toSeconds(), TimeUnit.SECONDS);
                    Files.delete(notes.resolve("slow"));
                    Files.writeString(notes.resolve("slow"), "call Ann");
                    host = start(server, notes);
                    assertThat(slow.await(BOUND).text()).isEqualTo("The note says: call Ann");
                }
                try (Turn next = talk.say("next")) {
                    assertThat(next.await(BOUND).text()).isEqualTo("The note says: buy milk");
                }
                try (Turn missing = talk.say("missing")) {
                    assertThat(missing.await(BOUND).text()).contains("The tool failed", "missing");
                }
            } finally {
                host.destroyForcibly();
            }
            assertThat(count(server, "tool-call-started")).isEqualTo(4);
            assertThat(count(server, "tool-call-completed")).isEqualTo(2);
            assertThat(count(server, "tools-offered")).isEqualTo(1);
        }
    }

    @Test
    void should_have_40_lines_at_most() throws IOException {
        assertThat(Files.readAllLines(HOST)).hasSizeLessThanOrEqualTo(40);
    }

    /** A call that reads the note with the name in the message, and then a text with the result. */
    private static ModelReply reply(ModelRequest request) {
        JsonNode input = request.body().path("input");
        JsonNode last = input.path(input.size() - 1);
        if (last.path("type").asText().equals("function_call_output")) {
            return ModelReply.text("The note says: " + last.path("output").asText());
        }
        String arguments = JsonNodeFactory.instance
                .objectNode()
                .put("name", request.lastUserText())
                .toString();
        return ModelReply.call("call", "read_note", arguments);
    }

    private static Process start(PackagedServer server, Path notes) throws IOException {
        String url = server.baseUri().toString();
        return new ProcessBuilder("python3", HOST.toString(), url.replaceFirst("/$", ""), STREAM, notes.toString())
                .inheritIO()
                .start();
    }

    private static boolean runs(String... command) throws InterruptedException {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            return process.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException notThere) {
            return false;
        }
    }

    private static void awaitEvents(PackagedServer server, String type, long count) {
        await().atMost(BOUND).pollInterval(Duration.ofMillis(50)).until(() -> count(server, type) >= count);
    }

    private static long count(PackagedServer server, String type) {
        return server.history(STREAM).events().stream()
                .filter(event -> event.path("type").asText().equals(type))
                .count();
    }
}
