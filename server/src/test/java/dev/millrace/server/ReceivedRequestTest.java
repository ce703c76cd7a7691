package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.contracts.wire.RawSocket;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an invalid event keeps of the request that brought it. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit sets it before all
class ReceivedRequestTest {
    private static final int ROUNDS = Boolean.getBoolean("millrace.long") ? 10_000 : 250;

    private RunningServer millrace;

    @BeforeAll
    void start() {
        millrace = new RunningServer();
    }

    @AfterAll
    void stop() throws Exception {
        millrace.close();
    }

    @Test
    void should_keep_the_method_the_query_the_headers_and_the_bytes() throws Exception {
        String body = "{ \"action\" : \"created\",\n  \"n\": 1.0, \"u\": \"\\u00e9\" }";
        Answer answer = millrace.post(
                freshStream() + "?source=github&tag=a&tag=b",
                body,
                "X-GitHub-Event",
                "star",
                "X-GitHub-Delivery",
                "72d3162e",
                "X-Hub-Signature-256",
                "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");

        JsonNode payload = answer.event().path("payload");
        JsonNode request = payload.path("request");
        assertThat(payload.path("rawInput")).isEqualTo(JsonCodec.parse(body));
        assertThat(request.path("method").asText()).isEqualTo("POST");
        assertThat(request.path("query")).isEqualTo(JsonCodec.parse("{\"source\":\"github\",\"tag\":[\"a\",\"b\"]}"));
        assertThat(request.at("/headers/x-github-event").asText()).isEqualTo("star");
        assertThat(request.at("/headers/x-github-delivery").asText()).isEqualTo("72d3162e");
        assertThat(request.at("/headers/x-hub-signature-256").asText()).startsWith("sha256=7571");
        assertThat(request.path("contentType").asText()).isEqualTo("application/json");
        assertThat(request.path("bodySha256").asText()).isEqualTo(sha256(body));
        assertThat(base64(request)).isEqualTo(body); // the text of u is written in another way
        assertThat(request.has("cut")).isFalse();
        StreamEvent.InvalidEventAppended typed = (StreamEvent.InvalidEventAppended) EventCatalog.of(StreamEvent.class)
                .decode(answer.json().at("/event/type").asText(), payload);
        assertThat(typed.request().orElseThrow().bodySha256()).isEqualTo(sha256(body));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "application/json         | {\"a\": [1.50, 12345678901234567890], \"é\": \"x y\\n\"} | false",
                "application/json         | {\"a\":1,\"a\":2}                   | false",
                "application/json         | {\"a\":\"\\u00e9\"}                 | true",
                "application/json         | {\"a\":\"\\/\"}                     | true",
                "application/json         | 42                                  | false",
                "application/json         | [1, {\"a\": 2}]                     | false",
                "application/json         | {\"event\": {\"a\": 1}}             | true",
                "application/x-ndjson     | 1~{\"a\": 2}~                       | false",
                "application/yaml         | a: 1                                | true",
                "text/plain               | hé                                  | false",
                "text/xml                 | <a>é</a>                            | false",
                "application/x-www-form-urlencoded | a=1&b=%C3%A9               | false",
            })
    void should_have_the_bytes_if_the_input_does_not_show_them(String contentType, String body, boolean hasBytes) {
        String sent = body.replace('~', '\n');
        Answer answer = millrace.send("POST", freshStream(), sent, "Content-Type", contentType);

        JsonNode event = answer.json().has("events") ? answer.json().at("/events/0") : answer.event();
        JsonNode request = event.at("/payload/request");
        assertThat(request.has("bodyBase64")).as(event.toString()).isEqualTo(hasBytes);
        if (hasBytes) {
            assertThat(base64(request)).isEqualTo(sent);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "text/plain; charset=iso-8859-1, é, iso-8859-1, true",
        "application/json; charset=iso-8859-1, '{\"a\":\"é\"}', iso-8859-1, true",
        "application/json; charset=utf-16, '{\"a\":1}', utf-16, true",
        "application/octet-stream, ÿþ, iso-8859-1, false"
    })
    void should_have_the_bytes_of_another_charset(String contentType, String text, String charset, boolean hasBytes) {
        byte[] body = text.getBytes(Charset.forName(charset));
        JsonNode payload = millrace.send(HttpRequest.newBuilder(URI.create(millrace.baseUri() + freshStream()))
                        .header("Content-Type", contentType)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build())
                .event()
                .path("payload");

        assertThat(payload.at("/request/bodyBase64").isTextual()).isEqualTo(hasBytes);
        assertThat(payload.at("/request/bodySha256").asText()).isEqualTo(sha256(body));
        assertThat(payload.at("/rawInput/encoding").isTextual()).isEqualTo(!hasBytes);
    }

    @Test
    void should_have_the_bytes_of_a_batch_once() {
        Answer answer = millrace.post(freshStream(), "[{\"event\":\"open\"},{\"type\":\"a\"},\"\\u0041\"]");

        List<JsonNode> requests = answer.json().findValues("request");
        assertThat(requests).hasSize(2);
        assertThat(base64(requests.get(0))).endsWith("\"\\u0041\"]");
        assertThat(requests.get(1).has("bodyBase64")).isFalse();
        assertThat(requests.get(1).path("bodySha256")).isEqualTo(requests.get(0).path("bodySha256"));
    }

    @Test
    void should_not_have_the_bytes_of_a_batch_that_is_larger_than_an_event() throws Exception {
        String batch = "[\"\\/" + "x".repeat(700_000) + "\",\"" + "x".repeat(700_000) + "\"]";
        Answer answer = millrace.post(freshStream(), batch);

        JsonNode request = answer.json().at("/events/0/payload/request");
        assertThat(request.path("cut")).isEqualTo(JsonCodec.parse("[\"bodyBase64\"]"));
        assertThat(request.path("bodySha256").asText()).isEqualTo(sha256(batch));
    }

    @Test
    void should_describe_the_request_of_a_batch_once() {
        Answer answer = millrace.post(freshStream() + "?a=1", "[1,2,{\"type\":\"ok\"},3]", "X-Plain", "kept");

        List<JsonNode> requests = answer.json().findValues("request");
        assertThat(requests).hasSize(3);
        assertThat(requests.get(0).at("/headers/x-plain").asText()).isEqualTo("kept");
        assertThat(requests.subList(1, 3)).allSatisfy(request -> {
            assertThat(request.path("headers")).isEmpty();
            assertThat(request.path("query")).isEmpty();
            assertThat(request.path("bodySha256")).isEqualTo(requests.get(0).path("bodySha256"));
            assertThat(request.path("cut")).isEqualTo(JsonCodec.parse("[\"query\",\"headers\"]"));
        });
    }

    @Test
    void should_leave_the_queries_of_urls_out_and_keep_an_idempotency_key() {
        JsonNode request = millrace.post(
                        freshStream() + "?code=s3cr3t&state=7",
                        "{}",
                        "Referer",
                        "https://example.org/a?token=s3cr3t",
                        "X-Original-URI",
                        "/a?code=s3cr3t",
                        "X-Session-Id",
                        "s3cr3t",
                        "Idempotency-Key",
                        "k-1")
                .event()
                .at("/payload/request");

        assertThat(request.toString()).doesNotContain("s3cr3t");
        assertThat(request.at("/headers/referer").asText()).isEqualTo("https://example.org/a");
        assertThat(request.at("/headers/idempotency-key").asText()).isEqualTo("k-1");
        assertThat(request.at("/query/state").asText()).isEqualTo("7");
    }

    @Test
    void should_hash_secret_values_and_leave_out_credentials_and_headers_of_the_connection() throws Exception {
        String stream = freshStream();
        String all;
        try (RawSocket socket = new RawSocket(millrace.server.baseUri())) {
            all = socket.send("POST " + stream + "?hook_Secret=s3cr3t-1&plain=p HTTP/1.1\r\nHost: localhost\r\n"
                            + "Connection: close, X-Hop\r\nX-Hop: s3cr3t-2\r\nAuthorization: Basic s3cr3t-3\r\n"
                            + "Cookie: s3cr3t-4\r\nX-Gitlab-Token: s3cr3t-5\r\nX-Api-Key: s3cr3t-6\r\n"
                            + "X-Api-Key: s3cr3t-7\r\nProxy-Authorization: s3cr3t-8\r\nTE: trailers\r\n"
                            + "X-Password: s3cr3t-9\r\nX-Plain: p\r\nContent-Length: 2\r\n\r\nhi")
                    .readToTheEnd();
        }

        assertThat(all).startsWith("HTTP/1.1 200").doesNotContain("s3cr3t");
        JsonNode request = millrace.history(stream).events().get(1).at("/payload/request");
        assertThat(request.toString()).doesNotContain("s3cr3t");
        assertThat(request.path("headers").fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder(
                        "host", "x-gitlab-token", "x-api-key", "x-password", "x-plain", "content-length");
        assertThat(request.at("/query/plain").asText()).isEqualTo("p");
        String[] hash = request.at("/headers/x-gitlab-token").asText().split(":");
        ByteArrayOutputStream salted = new ByteArrayOutputStream();
        salted.writeBytes(HexFormat.of().parseHex(hash[1]));
        salted.writeBytes("s3cr3t-5".getBytes(StandardCharsets.UTF_8));
        assertThat(hash[0]).isEqualTo("sha256");
        assertThat(hash[2]).isEqualTo(sha256(salted.toByteArray()));
        assertThat(request.at("/headers/x-api-key")).hasSize(2).doesNotHaveDuplicates();
    }

    @Test
    void should_describe_the_request_also_for_the_result_of_a_transform() {
        Answer answer = millrace.post(
                freshStream() + "?jsonataTransform=%7B%22type%22:%20%22a%22,%20%22payload%22:%20%7B%7D%7D",
                "{\"b\":1}");

        assertThat(answer.json().at("/event/type").asText()).isEqualTo("a");
        assertThat(answer.event().path("payload")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"request", "verified"})
    void should_not_accept_these_fields_of_a_caller(String field) {
        String type = BuiltInType.INVALID_EVENT_APPENDED.type();
        Answer own = millrace.append(
                freshStream(),
                "{\"type\":\"" + type + "\",\"payload\":{\"rawInput\":1,\"error\":\"e\",\"" + field + "\":{}}}");

        assertThat(own.event().at("/payload/rawInput/type").asText()).isEqualTo(type);
        assertThat(own.json().at("/event/payload/error").asText()).startsWith("payload." + field + ": ");
    }

    @Test
    void should_not_count_the_description_in_the_size_of_an_event() {
        String body = "{\"a\":\"" + "\\u0041".repeat(170_000) + "\"}";
        Answer answer = millrace.post(freshStream(), body, "X-Long", "v".repeat(4_000));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(base64(answer.event().at("/payload/request"))).isEqualTo(body);
    }

    @Test
    void should_read_the_parts_of_a_form() throws Exception {
        byte[] body = """
                --B
                Content-Disposition: form-data; name="subject"

                hé
                --B
                Content-Disposition: form-data; name="to"

                a
                --B
                Content-Disposition: form-data; name="to"

                b
                --B
                Content-Disposition: form-data; name="f"; filename="a.bin"
                Content-Type: application/octet-stream

                abc
                --B--
                """.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8);
        JsonNode payload = millrace.send(HttpRequest.newBuilder(URI.create(millrace.baseUri() + freshStream()))
                        .header("Content-Type", "multipart/form-data; boundary=B")
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build())
                .event()
                .path("payload");

        assertThat(payload.path("rawInput"))
                .isEqualTo(JsonCodec.parse("{\"contentType\":\"multipart/form-data; boundary=B\","
                        + "\"form\":{\"subject\":\"hé\",\"to\":[\"a\",\"b\"]},\"files\":{\"f\":{\"filename\":\"a.bin\","
                        + "\"contentType\":\"application/octet-stream\",\"size\":3,\"sha256\":\""
                        + sha256("abc") + "\"}}}"));
        assertThat(payload.at("/request/bodyBase64").asText())
                .isEqualTo(Base64.getEncoder().encodeToString(body));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx", "nothing of it", "--B"})
    void should_keep_a_form_whole_that_has_no_parts(String body) {
        JsonNode raw = millrace.send("POST", freshStream(), body, "Content-Type", "multipart/form-data; boundary=B")
                .event()
                .at("/payload/rawInput");

        assertThat(raw.path("body").asText()).isEqualTo(body);
    }

    @Test
    void should_take_the_data_of_a_cloud_event_for_no_event() {
        String data = "{\"type\":\"a\",\"payload\":{}}";
        Answer binary = millrace.post(
                freshStream(), data, "ce-specversion", "1.0", "ce-type", "com.example.done", "ce-id", "7");
        Answer structured = millrace.send(
                "POST",
                api(freshStream()),
                "{\"specversion\":\"1.0\",\"type\":\"com.example.done\",\"id\":\"7\",\"source\":\"/s\",\"data\":" + data
                        + "}",
                "Content-Type",
                "application/cloudevents+json; charset=utf-8");

        assertThat(binary.event().at("/payload/rawInput")).isEqualTo(JsonCodec.parse(data));
        assertThat(binary.json().at("/event/payload/error").asText()).startsWith("ce-specversion: ");
        assertThat(binary.json().at("/event/payload/request/headers/ce-type").asText())
                .isEqualTo("com.example.done");
        assertThat(structured.event().at("/payload/rawInput/data")).isEqualTo(JsonCodec.parse(data));
    }

    /** Random names, values and bodies: every one is answered, and no secret value is stored. */
    @Test
    void should_survive_random_headers_and_keep_no_secret() throws Exception {
        Random random = new Random(20261202);
        String stream = freshStream();
        for (int round = 0; round < ROUNDS; round++) {
            StringBuilder head = new StringBuilder();
            head.append("POST ").append(stream).append('?');
            for (int i = random.nextInt(4); i > 0; i--) {
                head.append(word(random, "abz%41_+-."))
                        .append("-Key=s3cr3t&")
                        .append(word(random, "xy%C3%A9"))
                        .append('=')
                        .append(word(random, "pq+%20"))
                        .append('&');
            }
            head.append(" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
            String standard = List.of(
                            "Connection", "Content-Encoding", "Forwarded", "Origin", "Range", "Prefer", "Accept")
                    .get(random.nextInt(7));
            head.append(standard)
                    .append(": ")
                    .append(word(random, "a,;=\"*/ \\"))
                    .append("\r\n");
            for (int i = random.nextInt(12); i > 0; i--) {
                head.append(word(random, "abXY-_.7!"))
                        .append(List.of("token", "-SECRET", "x", "-Key").get(random.nextInt(4)))
                        .append(": s3cr3t")
                        .append(word(random, "é\t \"\\{u"))
                        .append("\r\n");
            }
            String kinds = List.of("application/json", "text/plain", "multipart/x; boundary=\"b", "a/b;charset=\u00e9")
                    .get(random.nextInt(4));
            byte[] body = new byte[random.nextInt(40)];
            random.nextBytes(body);
            head.append("Content-Type: ")
                    .append(kinds)
                    .append("\r\nContent-Length: ")
                    .append(body.length)
                    .append("\r\n\r\n");
            String sent = head.toString().replaceAll("(?m)^([^:\r\n]*[.!abXY7_-]x): s3cr3t", "$1: plain");
            assertThat(answer(sent, body)).as(sent).matches("(?s)HTTP/1\\.1 (200|4..).*");
        }
        String log = millrace.history(stream).events().toString();

        assertThat(log).contains("sha256:").doesNotContain("s3cr3t");
    }

    private String answer(String head, byte[] body) throws IOException {
        try (RawSocket socket = new RawSocket(millrace.server.baseUri())) {
            return socket.send(head).send(body).readToTheEnd();
        }
    }

    private static String word(Random random, String letters) {
        String word = "";
        for (int i = random.nextInt(6); i >= 0; i--) {
            word += letters.charAt(random.nextInt(letters.length()));
        }
        return word.replaceAll("%(?![0-9A-F]{2})", "p");
    }

    private static String base64(JsonNode request) {
        return new String(Base64.getDecoder().decode(request.path("bodyBase64").asText()), StandardCharsets.UTF_8);
    }

    private static String sha256(String text) throws Exception {
        return sha256(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (Exception impossible) {
            throw new AssertionError(impossible);
        }
    }
}
