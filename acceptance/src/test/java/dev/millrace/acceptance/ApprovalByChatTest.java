package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.EventType;
import dev.millrace.processors.agent.app.Conversation;
import dev.millrace.processors.agent.app.Turn;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelRequest;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Calls wait for an approval while the server and the process with the agent are killed twice. Then persons decide with
 * {@code millrace chat}, each in a process of its own.
 */
class ApprovalByChatTest {
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final String CHOICES = "empty = later";
    private static final List<String> ITEMS = List.of("book", "lamp", "desk");

    @Test
    void should_run_an_approved_call_once_with_the_arguments_of_the_decision(
            @TempDir Path data, @TempDir Path directory) throws Exception {
        try (ScriptedModelServer model =
                        ScriptedModelServer.start(ModelScript.empty().otherwise(ApprovalByChatTest::reply));
                PackagedServer server = PackagedServer.on(data)) {
            RunnerProcess agent = start(server, model, directory);
            try {
                agent.awaitReady();
                for (String item : ITEMS) {
                    ask(server, item);
                }
                for (int restart = 0; restart < 2; restart++) {
                    agent.kill();
                    server.killAndRestart();
                    agent = start(server, model, directory);
                }
                agent.awaitReady();
                assertThat(directory).isEmptyDirectory();

                approve(server);
                edit(server);
                deny(server);

                agent.kill();
                server.killAndRestart();
                agent = start(server, model, directory);
                agent.awaitReady();
            } finally {
                agent.kill();
            }
            assertThat(Files.readAllLines(directory.resolve("refund"))).containsExactly("book", "small lamp");
            assertThat(model.requests()).hasSize(2 * ITEMS.size());
            assertThat(model.requests().stream().map(ModelRequest::problem).flatMap(Optional::stream))
                    .isEmpty();
        }
    }

    private static void approve(PackagedServer server) throws Exception {
        try (CommandProcess chat = chat(server, "book")) {
            chat.awaitLine("refund {\"item\":\"book\"} waits for an approval until ");
            chat.awaitLine(CHOICES);
            chat.type("y");
            chat.awaitLine("The model read: done");
            chat.type("/quit");
            assertThat(chat.exitCode()).isZero();
            assertThat(chat.out()).contains("  refund {\"item\":\"book\"} -> done");
            assertThat(chat.err()).isEmpty();
        }
    }

    /** An approval of the arguments before the change is in the log, and counts for nothing. */
    private static void edit(PackagedServer server) throws Exception {
        JsonNode asked = events(server, "lamp")
                .filter(event -> event.path("type").asText().equals("tool-approval-requested"))
                .findFirst()
                .orElseThrow();
        try (CommandProcess chat = chat(server, "lamp")) {
            chat.awaitLine(CHOICES);
            chat.type("e");
            chat.type("{\"item\":\"small lamp\"}");
            chat.awaitLine("refund {\"item\":\"small lamp\"} waits for an approval until ");
            assertThat(server.append(
                                    stream("lamp"), EventType.of("tool-approval-granted"), grant(asked.path("payload")))
                            .status())
                    .isEqualTo(200);
            chat.type("y");
            chat.awaitLine("ann changed the arguments to {\"item\":\"small lamp\"}");
            assertThat(chat.out()).contains("  refund {\"item\":\"small lamp\"} -> done");
        }
        assertThat(count(server, "lamp", "tool-approval-granted")).isEqualTo(2);
        assertThat(count(server, "lamp", "tool-call-requested")).isOne();
    }

    private static String grant(JsonNode asked) {
        ObjectNode grant = JsonNodeFactory.instance.objectNode();
        grant.set("callId", asked.path("callId"));
        grant.set("argumentsHash", asked.path("argumentsHash"));
        grant.putObject("by").put("person", "eve");
        return grant.toString();
    }

    private static void deny(PackagedServer server) throws Exception {
        try (CommandProcess chat = chat(server, "desk")) {
            chat.awaitLine(CHOICES);
            chat.type("n too big");
            chat.awaitLine(line -> line.contains("The model read: ") && line.contains("too big"));
            assertThat(chat.out()).contains("  refund {\"item\":\"desk\"} -> denied by ann: too big");
        }
        assertThat(count(server, "desk", "tool-call-requested")).isZero();
    }

    /** A message whose call waits for an approval. */
    private static void ask(PackagedServer server, String item) {
        try (HttpEventStreams streams =
                        HttpEventStreams.builder(server.baseUri()).build();
                Turn turn = Conversation.at(streams, stream(item)).say(item)) {
            assertThat(turn.awaitPause(BOUND).approvals()).hasSize(1);
        }
    }

    /** A call that refunds the item of the message, and then a text with the result. */
    private static ModelReply reply(ModelRequest request) {
        JsonNode input = request.body().path("input");
        JsonNode last = input.path(input.size() - 1);
        if (last.path("type").asText().equals("function_call_output")) {
            return ModelReply.text("The model read: " + last.path("output").asText());
        }
        return ModelReply.call(
                "1",
                "refund",
                JsonNodeFactory.instance
                        .objectNode()
                        .put("item", request.lastUserText())
                        .toString());
    }

    /** The command with a person at the keyboard. */
    private static CommandProcess chat(PackagedServer server, String item) {
        return CommandProcess.start(
                ClassArchive.java("-Dmillrace.keyboard=true"),
                Map.of("MILLRACE_URL", server.baseUri().toString()),
                "chat",
                stream(item),
                "--as",
                "ann");
    }

    private static RunnerProcess start(PackagedServer server, ScriptedModelServer model, Path directory)
            throws Exception {
        return RunnerProcess.start(
                ToolProcess.class, server.baseUri().toString(), "/shop", model.baseUrl(), directory.toString());
    }

    private static String stream(String item) {
        return "/shop/" + item;
    }

    private static Stream<JsonNode> events(PackagedServer server, String item) {
        return server.history(stream(item)).events().stream();
    }

    private static long count(PackagedServer server, String item, String type) {
        return events(server, item)
                .filter(event -> event.path("type").asText().equals(type))
                .count();
    }
}
