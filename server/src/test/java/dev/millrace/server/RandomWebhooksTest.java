package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.contracts.wire.RawSocket;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Random requests to a stream with configured webhooks: each is answered, and no secret value is stored. */
class RandomWebhooksTest {
    private static final int ROUNDS = Boolean.getBoolean("millrace.long") ? 10_000 : 250;

    /** In each value that must not be readable: of the project secrets, and of headers and parameters. */
    private static final String SECRET = "s3cr3t";

    private static final List<SignedSender> SENDERS = Stream.concat(
                    KnownSenders.documented().stream(), KnownSenders.further().stream())
            .toList();
    private static final List<String> TYPES = List.of(
            "application/json",
            "application/json; charset=utf-16",
            "application/x-ndjson",
            "application/yaml",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=B",
            "application/cloudevents+json",
            "text/xml; charset=\u00e9",
            "application/octet-stream",
            "");
    private static final List<String> BODIES = List.of(
            "",
            "{}",
            "[]",
            "[1,{\"type\":\"a\"}]",
            "{\"type\":\"a\"}",
            "{\"event\":{\"type\":\"a\"}}",
            "{\"type\":\"url_verification\",\"challenge\":\"c\"}",
            "{\"type\":\"url_verification\",\"challenge\":[\"c\"]}",
            "{\"type\":\"url_verification\",\"challenge\":\"\\ud800\"}",
            "{\"type\":\"millrace/webhook-removed\",\"payload\":{\"name\":\"none\"}}",
            "{\"type\":\"invalid-event-appended\",\"payload\":{\"rawInput\":1,\"error\":\"e\",\"verified\":{}}}",
            "{\"id\":{},\"event_id\":7}",
            "a=1&payload=%7B%7D&a=%C3",
            "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--B--\r\n");

    private final Random random = new Random(20260302);

    /**
     * @param unverified what the stream does with a request that does not verify
     * @param needsToken whether the server uses tokens
     */
    @ParameterizedTest
    @CsvSource({"refuse, true", "keep, true", "refuse, false", "keep, false"})
    void should_survive_random_requests_and_keep_no_secret(
            String unverified, boolean needsToken, @TempDir Path directory) throws Exception {
        try (WebhookServer server = needsToken ? WebhookServer.withTokens(directory) : WebhookServer.open()) {
            String stream = freshStream();
            configure(server, stream, unverified);
            int[] stored = new int[2];
            for (int round = 0; round < ROUNDS; round++) {
                boolean hasToken = needsToken && random.nextBoolean();
                long before = server.count(stream);
                String request = request(server, stream, hasToken);

                String answer = answer(server, request);

                assertThat(answer).as(request).matches("(?s)HTTP/1\\.1 (200|204|4..)[ \r].*");
                assertThat(answer).as(request).doesNotContain(SECRET);
                if (server.count(stream) > before) {
                    assertThat(answer).as(request).startsWith("HTTP/1.1 200");
                    stored[hasToken ? 1 : 0]++;
                    if (needsToken && !hasToken) {
                        assertFromSender(server.last(stream), request);
                    }
                }
            }
            List<JsonNode> log = server.events(stream);

            assertThat(stored[0]).as("stored without a token").isGreaterThan(ROUNDS / 20);
            assertThat(stored[1]).as("stored with a token").isGreaterThanOrEqualTo(needsToken ? ROUNDS / 20 : 0);
            assertThat(log.toString()).contains("sha256:", "\"verified\"").doesNotContain(SECRET);
            SENDERS.forEach(sender -> assertThat(log.toString()).doesNotContain(secret(sender)));
        }
    }

    private static void assertFromSender(JsonNode event, String request) {
        boolean isHandshake = event.path("type").asText().equals("millrace/webhook-handshake");
        assertThat(isHandshake || event.at("/payload/verified").isObject())
                .as(request + " stored " + event)
                .isTrue();
    }

    private static String secret(SignedSender sender) {
        return sender.secret().replaceFirst("^wh.*?_", "");
    }

    private static void configure(WebhookServer server, String stream, String unverified) {
        server.secret("verify", SECRET + "-verify-token");
        for (SignedSender sender : SENDERS) {
            String more = "\"unverified\": \"" + unverified + "\", ";
            if (sender.name().equals("meta")) {
                more += "\"handshake\": \"meta\", \"verifyToken\": {\"ref\": \"verify\"}, ";
            } else if (sender.name().equals("dropbox")) {
                more += "\"handshake\": \"graph\", ";
            } else if (sender.name().equals("notion")) {
                more += "\"handshake\": \"cloudevents\", ";
            }
            server.configure(stream, sender.with(more));
        }
    }

    private String request(WebhookServer server, String stream, boolean hasToken) {
        SignedSender sender = SENDERS.get(random.nextInt(SENDERS.size()));
        byte[] body = body(sender);
        Map<String, String> headers = new LinkedHashMap<>();
        int part = random.nextInt(4);
        if (part > 0) { // signed: rightly, or at another time, or with a random signature
            long time = WebhookServer.time() + (part == 2 ? random.nextInt(800) - 400 : 0);
            byte[] signature = sender.sign(body, time);
            if (part == 3) {
                random.nextBytes(signature);
            }
            headers.putAll(sender.headers(signature, time));
        }
        headers.put("Content-Type", TYPES.get(random.nextInt(TYPES.size())));
        for (int i = random.nextInt(6); i > 0; i--) {
            String name = word("abXY-_.7!")
                    + List.of("-Token", "-SECRET", "Key", "-Auth").get(random.nextInt(4));
            headers.put(name, SECRET + word("\u00e9\t \"\\{u"));
        }
        String standard = List.of("Origin", "Range", "Prefer", "Accept", "Via", "Ce-Specversion", "Content-Encoding")
                .get(random.nextInt(7));
        if (random.nextInt(4) == 0) {
            headers.put(standard, word("a,;=\"*/ \\1."));
        }
        String method = List.of("POST", "POST", "POST", "POST", "POST", "POST", "GET", "OPTIONS")
                .get(random.nextInt(8));
        if (method.equals("OPTIONS")) {
            headers.put("WebHook-Request-Origin", word("a.é*"));
        }
        String authorization = hasToken ? String.join(": ", server.authorization()) : "User-Agent: a program";
        StringBuilder text = new StringBuilder();
        text.append(method)
                .append(' ')
                .append(api(stream))
                .append("?beforeOffset=2&")
                .append(query(method));
        text.append(" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n").append(authorization);
        headers.forEach(
                (name, value) -> text.append("\r\n").append(name).append(": ").append(value));
        boolean isSent = method.equals("POST");
        text.append("\r\nContent-Length: ").append(isSent ? body.length : 0).append("\r\n\r\n");
        return isSent ? text + new String(body, ISO_8859_1) : text.toString();
    }

    private byte[] body(SignedSender sender) {
        return switch (random.nextInt(3)) {
            case 0 -> sender.bytes();
            case 1 -> BODIES.get(random.nextInt(BODIES.size())).getBytes(UTF_8);
            default -> {
                byte[] bytes = new byte[random.nextInt(60)];
                random.nextBytes(bytes);
                yield bytes;
            }
        };
    }

    private String query(String method) {
        String more = "x-key=" + SECRET + word("pq+") + "&";
        if (method.equals("GET")) {
            return more + "hub.mode=subscribe&hub.challenge=" + word("c1%C3%A9") + "&hub.verify_token=" + SECRET
                    + List.of("-verify-token", "-other", "").get(random.nextInt(3));
        }
        return switch (random.nextInt(12)) {
            case 0 -> more + "validationToken=" + word("v %2B%0A").replace(" ", "+");
            case 1 -> more + "jsonataTransform=%7B%22type%22:%20%22a%22%7D";
            case 2 -> more + word("xy%C3%A9").replace(" ", "") + "=1";
            default -> more;
        };
    }

    private static String answer(WebhookServer server, String request) throws IOException {
        try (RawSocket socket = new RawSocket(server.millrace.baseUri())) {
            return socket.send(request).readToTheEnd();
        }
    }

    private String word(String letters) {
        StringBuilder word = new StringBuilder();
        for (int i = random.nextInt(6); i >= 0; i--) {
            word.append(letters.charAt(random.nextInt(letters.length())));
        }
        return word.toString().replaceAll("%(?![0-9A-F]{2})", "p");
    }
}
