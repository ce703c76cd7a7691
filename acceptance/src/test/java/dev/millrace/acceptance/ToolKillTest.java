package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.EventType;
import dev.millrace.processors.agent.app.Conversation;
import dev.millrace.processors.agent.app.Turn;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelRequest;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import dev.millrace.scriptedmodel.ToolCall;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An agent with three parallel calls, of a tool of each class, is killed with its tools: {@code -Dmillrace.kills} kills
 * with {@code -Plong}, three in the build. After each kill the answer comes, the model accepts the requests, and no call
 * of the tool that must not run twice has run twice.
 */
class ToolKillTest {
    private static final System.Logger LOG = System.getLogger("dev.millrace.acceptance");
    private static final int KILLS = Rounds.LONG ? Rounds.KILLS : 3;
    private static final String SEED = "seed " + Rounds.SEED;
    private static final Duration BOUND = Duration.ofMinutes(2);
    private static final String STREAM = "/kill/tools";
    private static final int MOST_STARTS = 3;

    @Test
    void should_answer_after_each_kill_and_run_no_call_twice_that_must_not(@TempDir Path directory) throws Exception {
        Random random = Rounds.random();
        try (ScriptedModelServer model =
                        ScriptedModelServer.start(ModelScript.empty().otherwise(ToolKillTest::reply));
                PackagedServer server = PackagedServer.inMemory();
                HttpEventStreams streams =
                        HttpEventStreams.builder(server.baseUri()).build()) {
            assertThat(server.append(
                                    STREAM,
                                    EventType.of("https://events.iterate.com/events/stream/circuit-breaker-configured"),
                                    "{\"enabled\":false}")
                            .status())
                    .isEqualTo(200);
            Conversation talk = Conversation.at(streams, STREAM);
            RunnerProcess process = start(server, model, directory);
            try {
                for (int kill = 0; kill < KILLS; kill++) {
                    process.awaitReady();
                    try (Turn turn = talk.say("Do item " + kill)) {
                        if (random.nextInt(4) > 0) {
                            awaitStart(server, kill);
                        }
                        process.live(random.nextInt(350));
                        process.kill();
                        process = start(server, model, directory);
                        assertThat(turn.await(BOUND).text()).as(SEED).isEqualTo("All calls have ended.");
                    }
                }
            } finally {
                process.kill();
            }
            assertThat(model.requests().stream().map(ModelRequest::problem).flatMap(Optional::stream))
                    .as("refused requests, %s", SEED)
                    .isEmpty();
            judge(server.history(STREAM).events(), directory);
        }
    }

    /** Three calls, with ids that repeat; after their results, a text. */
    private static ModelReply reply(ModelRequest request) {
        JsonNode input = request.body().path("input");
        JsonNode last = input.path(input.size() - 1);
        return last.path("type").asText().equals("function_call_output")
                ? ModelReply.text("All calls have ended.")
                : ModelReply.calls(
                        "I do it.",
                        new ToolCall("1", "look", "{\"item\":\"a\"}"),
                        new ToolCall("2", "store", "{\"item\":\"b\"}"),
                        new ToolCall("3", "pay", "{\"item\":\"c\"}"));
    }

    private static RunnerProcess start(PackagedServer server, ScriptedModelServer model, Path directory)
            throws IOException {
        return RunnerProcess.start(
                ToolProcess.class, server.baseUri().toString(), "/kill", model.baseUrl(), directory.toString());
    }

    /** Waits until a call of this turn runs. */
    private static void awaitStart(PackagedServer server, int kill) {
        Awaitility.await(SEED).atMost(BOUND).pollInterval(Duration.ofMillis(20)).until(() -> {
            boolean asked = false;
            for (JsonNode event : server.history(STREAM).events()) {
                String type = event.path("type").asText();
                asked |= type.equals("agent-input-added")
                        && event.at("/payload/content").asText().equals("Do item " + kill);
                if (asked && type.equals("tool-call-started")) {
                    return true;
                }
            }
            return false;
        });
    }

    private static void judge(List<JsonNode> events, Path directory) throws IOException {
        Set<String> ended = new HashSet<>();
        for (String end : List.of("completed", "failed", "skipped", "outcome-unknown")) {
            ended.addAll(calls(events, "tool-call-" + end));
        }
        assertThat(ended).as(SEED).containsAll(calls(events, "tool-call-requested"));
        List<String> paid = Files.readAllLines(directory.resolve("pay"));
        Set<String> unknown = Set.copyOf(calls(events, "tool-call-outcome-unknown"));
        LOG.log(
                Level.INFO,
                () -> KILLS + " kills, " + ended.size() + " calls, " + paid.size() + " payments, " + unknown.size()
                        + " of unknown outcome; " + SEED);
        assertThat(paid).as("payments, %s", SEED).doesNotHaveDuplicates();
        assertThat(unknown).as("at most one per kill, %s", SEED).hasSizeLessThanOrEqualTo(KILLS);
        for (String repeatable : List.of("look", "store")) {
            List<String> runs = Files.readAllLines(directory.resolve(repeatable));
            assertThat(runs)
                    .as("%s, %s", repeatable, SEED)
                    .allMatch(id -> Collections.frequency(runs, id) <= MOST_STARTS);
            assertThat(unknown).as("%s, %s", repeatable, SEED).doesNotContainAnyElementsOf(runs);
        }
        assertThat(events.stream().map(event -> event.path("type").asText()))
                .as(SEED)
                .doesNotContain("llm-request-failed")
                .noneMatch(type -> type.endsWith("effect-failed"));
    }

    private static List<String> calls(List<JsonNode> events, String type) {
        return events.stream()
                .filter(event -> event.path("type").asText().equals(type))
                .map(event -> event.at("/payload/callId").asText())
                .collect(Collectors.toList());
    }
}
