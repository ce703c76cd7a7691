package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.EventType;
import dev.millrace.core.JsonCodec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Schedules and webhooks survive kills: the server is killed at random moments while fifty of each are running, always
 * on the same data directory. Each schedule fires once; each webhook arrives, in order and under one id.
 */
class KillTest {
    private static final int STREAMS = 10;
    private static final int EACH = 5;
    private static final Duration BOUND = Duration.ofSeconds(120 + Rounds.KILLS);

    /** The offsets of deliveries in the order of their first arrival, by stream. */
    private final Map<String, List<Long>> arrived = new ConcurrentHashMap<>();
    /** The ids of deliveries, by event. */
    private final Map<String, Set<String>> ids = new ConcurrentHashMap<>();

    @Test
    void should_lose_no_schedule_and_no_webhook_and_repeat_no_append(@TempDir Path data) throws Exception {
        Random random = Rounds.random();
        try (MockWebServer receiver = new MockWebServer()) {
            receiver.setDispatcher(new Dispatcher() {
                @Override
                public MockResponse dispatch(RecordedRequest request) {
                    note(request);
                    return new MockResponse.Builder().code(204).build();
                }
            });
            receiver.start();
            try (PackagedServer server = PackagedServer.on(data)) {
                for (int stream = 0; stream < STREAMS; stream++) {
                    subscribe(server, path(stream), receiver.getPort());
                }
                for (int round = 0; round < Rounds.KILLS; round++) {
                    appendAndKill(server, round, random);
                }
                for (int round = 0; round < Rounds.KILLS; round++) {
                    appendRound(server, round); // repeats unanswered appends, with the same keys
                }
                Awaitility.await("seed " + Rounds.SEED)
                        .atMost(BOUND)
                        .pollInterval(Duration.ofMillis(500))
                        .untilAsserted(() -> assertDone(server));
                for (int stream = 0; stream < STREAMS; stream++) {
                    check(server, path(stream));
                }
            }
        }
    }

    private static String path(int stream) {
        return "/kill/s" + stream;
    }

    private static void subscribe(PackagedServer server, String stream, int port) {
        Answer answer = server.append(
                stream,
                EventType.of("https://events.iterate.com/events/stream/subscription/configured"),
                "{\"slug\":\"hook\",\"type\":\"webhook\",\"jsonataFilter\":\"type = 'order'\",\"callbackUrl\":"
                        + "\"http://127.0.0.1:" + port + "/in\"}");
        assertThat(answer.status()).isEqualTo(200);
        server.append(
                stream,
                EventType.of("https://events.iterate.com/events/stream/circuit-breaker-configured"),
                "{\"enabled\":false}");
    }

    /** Kills the server from another thread after a random time, and starts it again. */
    private static void appendAndKill(PackagedServer server, int round, Random random) throws Exception {
        Thread appender = new Thread(
                () -> {
                    try {
                        appendRound(server, round);
                    } catch (AssertionError killed) {
                        // unanswered appends are repeated at the end
                    }
                },
                "appender");
        appender.start();
        appender.join(100 + random.nextInt(1_900));
        server.killAndRestart();
        appender.join();
    }

    private static void appendRound(PackagedServer server, int round) {
        for (int i = 0; i < EACH; i++) {
            for (int stream = 0; stream < STREAMS; stream++) {
                String slug = "r" + round + "-" + i;
                keyed(server, path(stream), "order", "{\"slug\":\"" + slug + "\"}", "order/" + slug);
                keyed(
                        server,
                        path(stream),
                        "https://events.iterate.com/events/stream/append-scheduled",
                        "{\"slug\":\"" + slug + "\",\"append\":{\"type\":\"target\",\"payload\":{\"slug\":\"" + slug
                                + "\"}},\"schedule\":{\"kind\":\"once-in\",\"delaySeconds\":1}}",
                        "schedule/" + slug);
            }
        }
    }

    private static void keyed(PackagedServer server, String stream, String type, String payload, String key) {
        Answer answer = server.append(
                stream, "{\"type\":\"" + type + "\",\"idempotencyKey\":\"" + key + "\",\"payload\":" + payload + "}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }

    private void assertDone(PackagedServer server) {
        for (int stream = 0; stream < STREAMS; stream++) {
            List<JsonNode> events = server.history(path(stream)).events();
            assertThat(events.stream()
                            .filter(event -> EventType.of(
                                            "https://events.iterate.com/events/stream/schedule/internal/execution-finished")
                                    .matches(event.path("type").textValue())))
                    .as("schedules that ran on %s", path(stream))
                    .hasSizeGreaterThanOrEqualTo(Rounds.KILLS * EACH);
            assertThat(new TreeSet<>(arrived.getOrDefault(path(stream), List.of())))
                    .as("orders of %s that arrived", path(stream))
                    .isEqualTo(orders(events));
        }
    }

    private void check(PackagedServer server, String stream) {
        List<JsonNode> events = server.history(stream).events();
        Map<String, Long> targets = events.stream()
                .filter(event -> event.path("type").asText().equals("target"))
                .collect(Collectors.groupingBy(
                        event -> event.at("/payload/slug").asText(), TreeMap::new, Collectors.counting()));
        assertThat(targets).as("%s, seed %d", stream, Rounds.SEED).hasSize(Rounds.KILLS * EACH);
        assertThat(targets.values()).as("%s, seed %d", stream, Rounds.SEED).containsOnly(1L);
        assertThat(orders(events)).hasSize(Rounds.KILLS * EACH);
        assertThat(arrived.get(stream))
                .as("%s in order, seed %d", stream, Rounds.SEED)
                .isSorted();
        for (long offset : orders(events)) {
            assertThat(Objects.requireNonNull(ids.get(stream + "@" + offset)))
                    .as("%s@%d, seed %d", stream, offset, Rounds.SEED)
                    .hasSize(1);
        }
        assertThat(ids.values().stream().flatMap(Set::stream)).doesNotHaveDuplicates();
    }

    private static Set<Long> orders(List<JsonNode> events) {
        return events.stream()
                .filter(event -> event.path("type").asText().equals("order"))
                .map(event -> event.path("offset").longValue())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private void note(RecordedRequest request) {
        JsonNode event =
                JsonCodec.parse(Objects.requireNonNull(request.getBody()).utf8());
        String stream = event.path("streamPath").textValue();
        long offset = event.path("offset").longValue();
        List<Long> offsets = arrived.computeIfAbsent(stream, key -> new CopyOnWriteArrayList<>());
        boolean first = ids.computeIfAbsent(stream + "@" + offset, key -> new ConcurrentSkipListSet<>())
                .isEmpty();
        Objects.requireNonNull(ids.get(stream + "@" + offset))
                .add(String.valueOf(request.getHeaders().get("webhook-id")));
        if (first) {
            offsets.add(offset);
        }
    }
}
