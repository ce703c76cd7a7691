package dev.millrace.contracts.wire;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.JsonCodec;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Checks with random bodies: no answer has status 500 or more, and every acknowledged event is stored.
 *
 * @since 0.1
 */
public abstract class RobustnessChecks extends WireChecks {
    private static final long SEED = 20261121;
    private static final List<String> CONTENT_TYPES = List.of(
            "application/json",
            "application/yaml",
            "application/x-ndjson",
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/json; charset=utf-16",
            "application/octet-stream",
            "multipart/form-data; boundary=x",
            ";;;=",
            "text/plain; charset=nonsense");

    private final String below = freshStream();

    /** The number of bodies in each check; the bodies are the same in every run. */
    protected int bodies() {
        return 1_000;
    }

    @Test
    void should_survive_random_bytes_and_keep_what_it_acknowledged() {
        Random random = new Random(SEED);
        Map<String, JsonNode> acknowledged = new HashMap<>();
        for (int i = 0; i < bodies(); i++) {
            byte[] body = new byte[random.nextInt(200)];
            random.nextBytes(body);
            post(random, body, i, acknowledged);
        }
        verify(acknowledged);
    }

    @Test
    void should_survive_random_json_and_parts_of_it_and_keep_what_it_acknowledged() {
        Random random = new Random(SEED + 1);
        Map<String, JsonNode> acknowledged = new HashMap<>();
        for (int i = 0; i < bodies(); i++) {
            String json = json(random, 0);
            String cut = random.nextInt(3) == 0 ? json.substring(0, random.nextInt(json.length() + 1)) : json;
            post(random, cut.getBytes(StandardCharsets.UTF_8), i, acknowledged);
        }
        verify(acknowledged);
    }

    private void post(Random random, byte[] body, int round, Map<String, JsonNode> acknowledged) {
        String stream = below + "/" + Integer.toString(random.nextInt(200), 36);
        String target = random.nextBoolean() ? stream : api(stream);
        String contentType = CONTENT_TYPES.get(random.nextInt(CONTENT_TYPES.size()));
        HttpRequest request = HttpRequest.newBuilder(URI.create(millrace.baseUri() + target))
                .header("Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();

        Answer answer = millrace.send(request);

        assertThat(answer.status())
                .as(
                        "%s %s with %s (seed %s, round %s): %s",
                        target, contentType, new String(body, StandardCharsets.ISO_8859_1), SEED, round, answer.body())
                .isLessThan(500);
        JsonNode json = JsonCodec.parse(answer.body());
        assertThat(json.isContainerNode()).isTrue();
        if (answer.status() == 200) {
            List<JsonNode> stored = json.has("events")
                    ? json.findValue("events").findParents("streamPath")
                    : List.of(json.path("event"));
            for (JsonNode event : stored) {
                acknowledged.put(
                        event.path("streamPath").textValue() + "@"
                                + event.path("offset").longValue(),
                        event);
            }
        }
    }

    private void verify(Map<String, JsonNode> acknowledged) {
        assertThat(acknowledged).hasSizeGreaterThan(bodies() / 4);
        Map<String, Map<Long, JsonNode>> logs = new HashMap<>();
        acknowledged.forEach((place, event) -> {
            Map<Long, JsonNode> log =
                    logs.computeIfAbsent(event.path("streamPath").textValue(), this::log);
            assertThat(log.get(event.path("offset").longValue())).as(place).isEqualTo(event);
        });
    }

    private Map<Long, JsonNode> log(String stream) {
        Map<Long, JsonNode> log = new HashMap<>();
        millrace.history(stream)
                .events()
                .forEach(event -> log.put(event.path("offset").longValue(), event));
        return log;
    }

    private static String json(Random random, int depth) {
        StringBuilder text = new StringBuilder();
        switch (random.nextInt(depth > 5 ? 6 : 9)) {
            case 0 -> text.append(random.nextLong());
            case 1 -> text.append(random.nextGaussian()).append("e").append(random.nextInt(400));
            case 2 -> text.append(List.of("true", "false", "null").get(random.nextInt(3)));
            case 3, 4 -> text.append(text(random));
            case 5 -> text.append("{}");
            case 6 -> {
                text.append('[');
                for (int i = random.nextInt(4); i > 0; i--) {
                    text.append(json(random, depth + 1)).append(i > 1 ? "," : "");
                }
                text.append(']');
            }
            default -> {
                text.append('{');
                for (int i = random.nextInt(5); i > 0; i--) {
                    text.append(key(random))
                            .append(':')
                            .append(json(random, depth + 1))
                            .append(i > 1 ? "," : "");
                }
                text.append('}');
            }
        }
        return text.toString();
    }

    private static String key(Random random) {
        List<String> known = List.of("type", "payload", "metadata", "idempotencyKey", "offset", "event", "path");
        return random.nextInt(4) == 0 ? text(random) : "\"" + known.get(random.nextInt(known.size())) + "\"";
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder("\"");
        for (int i = random.nextInt(8); i > 0; i--) {
            switch (random.nextInt(5)) {
                case 0 -> text.append(String.format("\\u%04x", random.nextInt(0x10000)));
                case 1 -> text.append("😀ü");
                case 2 -> text.append("millrace/");
                default -> text.append((char) ('a' + random.nextInt(26)));
            }
        }
        return text.append('"').toString();
    }
}
