package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.EventInput;
import dev.millrace.core.StreamPath;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Hostile clients do not harm calm ones: 20 beside 50 for a minute with {@code -Plong}, which also compares the times of
 * the calm ones' appends with those before the attack; 8 beside 10 for three seconds in the build. The server has a heap
 * of 256 MB, and would end without memory, as {@code ./millrace} starts it.
 */
@Isolated // it measures times, and takes all processors
class HostileLoadTest {
    /** The weaknesses to aim at; {@code -Dmillrace.hostile.items=1,5} helps to find the one that hurts. */
    private static final String ITEMS = System.getProperty("millrace.hostile.items", "1,4,5,6");

    private static final int HOSTILE = Rounds.LONG ? 20 : 8;
    private static final int CALM = Rounds.LONG ? 50 : 10;
    private static final Duration WARM_UP = Duration.ofSeconds(Rounds.LONG ? 10 : 0);
    private static final Duration QUIET = Duration.ofSeconds(Rounds.LONG ? 15 : 1);
    private static final Duration ATTACK = Duration.ofSeconds(Rounds.LONG ? 60 : 3);
    private static final int LONG_STREAM = Rounds.LONG ? 50_000 : 2_000;
    private static final int RULES = 30;
    private static final int BATCH = 500;
    private static final int MOST_TIMES_QUIET = 10;
    private static final long BOUND_SECONDS = 60;

    @Test
    void should_answer_calm_clients_beside_hostile_ones(@TempDir Path data) throws Exception {
        List<String> java = ClassArchive.java("-Xmx256m", "-XX:+ExitOnOutOfMemoryError");
        try (CommandProcess server =
                CommandProcess.start(java, Map.of(), "serve", "--port", "0", "--data", data.toString())) {
            URI url = URI.create(server.awaitLine("http://127.0.0.1:").replaceFirst(".*(http://[0-9.:]+).*", "$1"));
            prepare(url);
            try (CalmClients calm = new CalmClients(url, CALM)) {
                calm.append(WARM_UP);
                CalmClients.Times quiet = calm.append(QUIET);
                RunnerProcess hostile =
                        RunnerProcess.start(HostileClients.class, url.toString(), String.valueOf(HOSTILE), ITEMS);
                hostile.awaitReady();
                CalmClients.Times attacked = calm.append(ATTACK);
                boolean alive = server.isAlive();
                hostile.stop();
                System.out.println(String.join(
                        System.lineSeparator(),
                        CalmClients.Times.header(),
                        quiet.row("quiet"),
                        attacked.row("attacked"),
                        String.join(System.lineSeparator(), hostile.output())));

                assertThat(alive)
                        .as("the server is alive; it printed %s %s", server.out(), server.err())
                        .isTrue();
                assertThat(attacked.failures())
                        .as("failures of %d appends", attacked.appends())
                        .isEmpty();
                assertThat(calm.append(QUIET).failures())
                        .as("failures after the attack")
                        .isEmpty();
                if (Rounds.LONG) {
                    assertThat(attacked.quantile(0.99))
                            .as("p99 of the appends in microseconds; without the attack %d", quiet.quantile(0.99))
                            .isLessThanOrEqualTo(MOST_TIMES_QUIET * quiet.quantile(0.99));
                }
            }
        }
    }

    /** Makes the long stream and the one with endless rules. */
    private static void prepare(URI url) throws Exception {
        try (HttpEventStreams streams = HttpEventStreams.builder(url).build()) {
            StreamPath rules = StreamPath.of(HostileAttack.RULES);
            StreamPath longStream = StreamPath.of(HostileAttack.LONG);
            JsonNode off = JsonNodeFactory.instance.objectNode().put("enabled", false);
            for (StreamPath path : List.of(rules, longStream)) {
                streams.append(path, event("circuit-breaker-configured", off)).get(BOUND_SECONDS, TimeUnit.SECONDS);
            }
            for (int rule = 0; rule < RULES; rule++) {
                JsonNode endless = JsonNodeFactory.instance
                        .objectNode()
                        .put("slug", "rule-" + rule)
                        .put("matcher", "type = 'a'")
                        .put("transform", HostileAttack.ENDLESS);
                streams.append(rules, event("jsonata-transformer-configured", endless))
                        .get(BOUND_SECONDS, TimeUnit.SECONDS);
            }
            List<EventInput> batch =
                    Collections.nCopies(BATCH, event("counted", JsonNodeFactory.instance.objectNode()));
            for (int size = 0; size < LONG_STREAM; size += BATCH) {
                streams.appendAll(longStream, batch).get(BOUND_SECONDS, TimeUnit.SECONDS);
            }
        }
    }

    private static EventInput event(String type, JsonNode payload) {
        return EventInput.builder()
                .type("https://events.iterate.com/events/stream/" + type)
                .payload(payload)
                .build();
    }
}
