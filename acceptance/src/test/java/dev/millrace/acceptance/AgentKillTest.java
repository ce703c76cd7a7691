package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.scriptedmodel.ModelReply;
import dev.millrace.scriptedmodel.ModelScript;
import dev.millrace.scriptedmodel.ScriptedModelServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A server with an agent survives kills in the middle of an answer of 800 chunks: {@code -Dmillrace.kills} kills with
 * {@code -Plong}, four in the build, because each one costs the ten seconds of a lease.
 */
class AgentKillTest {
    private static final int KILLS = Rounds.LONG ? Rounds.KILLS : 4;
    private static final String SEED = "seed " + Rounds.SEED;
    private static final Duration BOUND = Duration.ofMinutes(2);
    private static final String STREAM = "/kill/agent";
    private static final int DELTAS = 800;
    private static final int MOST_ATTEMPTS = 5;

    @Test
    void should_answer_each_input_and_keep_each_chunk(@TempDir Path directory) throws Exception {
        Random random = Rounds.random();
        ModelReply answer = ModelReply.text("word ".repeat(DELTAS), 5).every(Duration.ofMillis(2));
        try (ScriptedModelServer model = ScriptedModelServer.start(ModelScript.of(answer));
                PackagedServer server = PackagedServer.on(directory, Map.of("OPENAI_BASE_URL", model.baseUrl()))) {
            assertThat(server.append(STREAM, BuiltInType.PROCESSOR_ATTACHED, "{\"processor\":\"agent\"}")
                            .status())
                    .isEqualTo(200);
            Set<Long> seen = new HashSet<>();
            for (int kills = 0; kills < KILLS; ) {
                long input = ask(server);
                for (int i = 1 + random.nextInt(MOST_ATTEMPTS - 2); i > 0 && kills < KILLS; i--) {
                    int requests = model.requests().size();
                    Awaitility.await(SEED)
                            .atMost(BOUND)
                            .until(() -> model.requests().size() > requests || isIdle(server, input));
                    long until = System.nanoTime()
                            + Duration.ofMillis(random.nextInt(2_000)).toNanos();
                    Awaitility.await(SEED).atMost(BOUND).until(() -> System.nanoTime() > until);
                    chunks(server.history(STREAM).events()).forEach(seen::add);
                    server.killAndRestart();
                    kills++;
                }
                Awaitility.await(SEED)
                        .atMost(BOUND)
                        .pollInterval(Duration.ofMillis(200))
                        .until(() -> isIdle(server, input));
            }
            int before = model.requests().size();
            long last = ask(server);
            Awaitility.await(SEED)
                    .atMost(BOUND)
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> isIdle(server, last));
            assertThat(model.requests())
                    .as("requests after the last kill, %s", SEED)
                    .hasSize(before + 1);
            judge(server.history(STREAM).events(), seen);
        }
    }

    private static long ask(PackagedServer server) {
        return server.append(
                        STREAM, "{\"type\":\"agent-input-added\",\"payload\":{\"content\":\"Tell me a long story.\"}}")
                .event()
                .path("offset")
                .asLong();
    }

    private static boolean isIdle(PackagedServer server, long input) {
        JsonNode state = server.slice(STREAM, "agent");
        return state.path("answered").asLong() >= input
                && !state.at("/status/working").asBoolean();
    }

    private static void judge(List<JsonNode> events, Set<Long> seen) {
        assertThat(chunks(events))
                .as("chunks that were read before a kill, %s", SEED)
                .containsAll(seen);
        List<Long> offsets =
                events.stream().map(event -> event.path("offset").asLong()).toList();
        for (int i = 0; i < offsets.size(); i++) {
            assertThat(offsets.get(i)).as(SEED).isEqualTo(i + 1L);
        }
        Map<Long, Integer> attempts = new TreeMap<>();
        long input = 0;
        for (JsonNode event : events) {
            switch (event.path("type").asText()) {
                case "agent-input-added" -> input = event.path("offset").asLong();
                case "llm-request-started" -> attempts.merge(input, 1, Integer::sum);
                default -> {
                    // not counted
                }
            }
        }
        assertThat(attempts.values()).as("requests for each input, %s", SEED).allMatch(count -> count <= MOST_ATTEMPTS);
        assertThat(events)
                .as(SEED)
                .noneMatch(event -> event.path("type").asText().endsWith("effect-failed"));
    }

    private static List<Long> chunks(List<JsonNode> events) {
        List<Long> offsets = new ArrayList<>();
        for (JsonNode event : events) {
            if (event.path("type").asText().equals("llm-chunk-added")) {
                offsets.add(event.path("offset").asLong());
            }
        }
        return offsets;
    }
}
