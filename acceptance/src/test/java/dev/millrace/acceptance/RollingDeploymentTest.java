package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * A second process with the same agents is started and stopped while the first one answers: 50 times with {@code
 * -Plong}, three times in the build. Both take the lease of an agent. At the end the first one is stopped, and the second
 * one continues.
 */
class RollingDeploymentTest {
    private static final int ROUNDS = Rounds.LONG ? 50 : 3;
    private static final String SEED = "seed " + Rounds.SEED;
    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    private static final int AGENTS = 20;

    private final Random random = Rounds.random();

    @Test
    void should_make_one_request_for_each_input() throws Exception {
        ModelReply answer = ModelReply.text("one two three four").every(Duration.ofMillis(100));
        Instant begin = Instant.now();
        try (ScriptedModelServer model = ScriptedModelServer.start(ModelScript.of(answer));
                PackagedServer server = PackagedServer.inMemory()) {
            RunnerProcess first = start(server, model);
            first.awaitReady();
            int asked = 0;
            for (int round = 0; round < ROUNDS; round++) {
                asked += ask(server, 1 + random.nextInt(4));
                RunnerProcess second = start(server, model);
                second.awaitReady();
                asked += ask(server, 1 + random.nextInt(4));
                second.live(random.nextInt(1_500));
                second.stop();
            }
            awaitAnswers(server, asked);
            assertThat(model.requests()).as(SEED).hasSize(asked);

            RunnerProcess successor = start(server, model);
            successor.awaitReady();
            first.stop();
            asked += ask(server, 3);
            awaitAnswers(server, asked);
            assertThat(model.requests()).as(SEED).hasSize(asked);
            successor.kill();
            judge(server, begin);
        }
    }

    private static RunnerProcess start(PackagedServer server, ScriptedModelServer model) throws Exception {
        return RunnerProcess.start(AgentProcess.class, server.baseUri().toString(), "/agents", model.baseUrl());
    }

    private int ask(PackagedServer server, int inputs) {
        for (int i = 0; i < inputs; i++) {
            String stream = "/agents/" + random.nextInt(AGENTS);
            Awaitility.await(SEED).atMost(BOUND).until(() -> isIdle(events(server, stream)));
            assertThat(server.append(stream, "{\"type\":\"agent-input-added\",\"payload\":{\"content\":\"count\"}}")
                            .status())
                    .isEqualTo(200);
        }
        return inputs;
    }

    /** Whether each input of a stream is answered, so that a new one interrupts nothing. */
    private static boolean isIdle(List<JsonNode> events) {
        return count(events, "agent-input-added") == count(events, "llm-request-completed");
    }

    private static void awaitAnswers(PackagedServer server, int asked) {
        Awaitility.await(SEED)
                .atMost(BOUND)
                .pollInterval(Duration.ofMillis(200))
                .until(() -> all(server).stream()
                                .mapToLong(events -> count(events, "llm-request-completed"))
                                .sum()
                        == asked);
    }

    private static void judge(PackagedServer server, Instant begin) {
        Duration longest = Duration.ZERO;
        for (List<JsonNode> events : all(server)) {
            assertThat(count(events, "llm-request-started"))
                    .as("requests, %s", SEED)
                    .isEqualTo(count(events, "agent-input-added"));
            assertThat(count(events, "llm-request-lost")).as(SEED).isZero();
            TreeMap<String, Instant> last = new TreeMap<>();
            for (JsonNode event : events) {
                Instant at = Instant.parse(event.path("createdAt").asText());
                last.put(event.path("type").asText(), at);
                if (event.path("type").asText().equals("llm-request-completed")) {
                    Duration wait = Duration.between(last.get("agent-input-added"), at);
                    longest = wait.compareTo(longest) > 0 ? wait : longest;
                }
            }
        }
        assertThat(longest).as("the longest time to an answer, %s", SEED).isLessThan(LONGEST_WAIT);
        long minutes = Duration.between(begin, Instant.now()).toMinutes() + 1;
        long renewals = count(events(server, "/millrace/leases/agent/agents"), "millrace/lease-renewed");
        assertThat(renewals).as("renewals in %d minutes, %s", minutes, SEED).isLessThanOrEqualTo(20 * minutes);
    }

    private static List<List<JsonNode>> all(PackagedServer server) {
        List<List<JsonNode>> all = new ArrayList<>();
        for (int i = 0; i < AGENTS; i++) {
            all.add(events(server, "/agents/" + i));
        }
        return all;
    }

    private static List<JsonNode> events(PackagedServer server, String stream) {
        return server.history(stream).events();
    }

    private static long count(List<JsonNode> events, String type) {
        return events.stream()
                .filter(event -> event.path("type").asText().equals(type))
                .count();
    }
}
