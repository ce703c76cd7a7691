package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.contracts.wire.RawSocket;
import dev.millrace.contracts.wire.Service.Answer;
import dev.millrace.core.JsonCodec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever is sent, the server answers with something other than a failure of its own, and stays well. */
@Timeout(120)
class RobustnessTest {
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
    private static final List<String> PATHS = List.of(
            "/api/streams/",
            "/api/streams/a/b",
            "/r",
            "/",
            "/api/streams/%2Fx",
            "/api/__state/a",
            "/api/streams/__children/a");
    private static final String PATH_CHARACTERS = "abz09_-/AZ.~!$&'()*+,;=:@%";

    @Test
    void should_survive_random_bytes() throws IOException {
        Random random = new Random(SEED);
        try (RunningServer millrace = new RunningServer()) {
            for (int i = 0; i < 300; i++) {
                byte[] body = new byte[random.nextInt(200)];
                random.nextBytes(body);
                check(millrace, random, body, i);
            }
        }
    }

    @Test
    void should_survive_random_json_and_parts_of_it() throws IOException {
        Random random = new Random(SEED + 1);
        try (RunningServer millrace = new RunningServer()) {
            for (int i = 0; i < 400; i++) {
                String json = json(random, 0);
                String cut = random.nextInt(3) == 0 ? json.substring(0, random.nextInt(json.length() + 1)) : json;
                check(millrace, random, cut.getBytes(StandardCharsets.UTF_8), i);
            }
        }
    }

    @Test
    void should_survive_random_targets() throws IOException {
        Random random = new Random(SEED + 2);
        try (RunningServer millrace = new RunningServer()) {
            for (int i = 0; i < 300; i++) {
                StringBuilder target = new StringBuilder(random.nextBoolean() ? "/api/streams/" : "/");
                for (int length = random.nextInt(20); length > 0; length--) {
                    target.append(PATH_CHARACTERS.charAt(random.nextInt(PATH_CHARACTERS.length())));
                }
                target.append(random.nextBoolean() ? "?beforeOffset=" + random.nextInt(9) : "?limit=%zz&" + i);
                try (RawSocket socket = new RawSocket(millrace.server.baseUri())) {
                    String answer = socket.send(
                                    "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                            .readToTheEnd();
                    assertThat(answer)
                            .as("%s (seed %s, round %s)", target, SEED, i)
                            .matches("(?s)HTTP/1.1 [24].*");
                }
            }
            assertThat(millrace.get("/healthz").status()).isEqualTo(200);
        }
    }

    private static void check(RunningServer millrace, Random random, byte[] body, int round) {
        String target = PATHS.get(random.nextInt(PATHS.size()));
        String contentType = CONTENT_TYPES.get(random.nextInt(CONTENT_TYPES.size()));
        HttpRequest request = HttpRequest.newBuilder(URI.create(millrace.server.baseUri() + target))
                .header("Content-Type", contentType)
                .method(random.nextInt(8) == 0 ? "DELETE" : "POST", HttpRequest.BodyPublishers.ofByteArray(body))
                .build();

        Answer answer = millrace.send(request);

        assertThat(answer.status())
                .as(
                        "%s %s %s with %s (seed %s, round %s): %s",
                        request.method(),
                        target,
                        contentType,
                        new String(body, StandardCharsets.ISO_8859_1),
                        SEED,
                        round,
                        answer.body())
                .isLessThan(500);
        JsonNode json = JsonCodec.parse(answer.body());
        assertThat(json.isContainerNode()).isTrue();
        assertThat(millrace.get("/healthz").status()).isEqualTo(200);
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
