package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.hosting.Operation;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Verified webhooks with bodies, headers and keys that are unusual. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit sets it before all
class WebhookEdgesTest {
    private static final SignedSender GITHUB = KnownSenders.documented().get(0);

    private WebhookServer server;

    @BeforeAll
    void start(@TempDir Path directory) {
        server = WebhookServer.withTokens(directory);
    }

    @AfterAll
    void stop() throws Exception {
        server.close();
    }

    private String configured() {
        String stream = freshStream();
        server.configure(stream, GITHUB);
        return stream;
    }

    private static Map<String, String> signed(byte[] body, String contentType) {
        Map<String, String> headers = GITHUB.headers(GITHUB.sign(body, 0), 0);
        headers.put("Content-Type", contentType);
        return headers;
    }

    /** Also a body that has the form of an event, of a batch or of a control event. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "application/json                  | {\"a\":1,\"a\":2}",
                "application/json                  | ``",
                "application/json; charset=utf-16  | {\"a\":1}",
                "application/json; charset=none    | {\"a\":1}",
                "application/json                  | [{\"type\":\"a\"},{\"type\":\"b\"}]",
                "application/json                  | {\"event\":{\"type\":\"a\"}}",
                "application/json                  | {\"type\":\"https://events.iterate.com/paused\"}",
                "application/x-ndjson              | {\"type\":\"a\"}~{\"type\":\"b\"}~",
                "application/yaml                  | type: a",
                "application/cloudevents+json      | {\"specversion\":\"1.0\",\"type\":\"a\"}",
                "multipart/form-data; boundary=B   | no parts",
                "text/plain                        | é",
                "none at all                       | x",
            })
    void should_store_any_signed_body_as_one_event_with_its_bytes(String contentType, String text) {
        String stream = configured();
        byte[] body = text.replace('~', '\n').getBytes(ISO_8859_1); // é is no UTF-8
        long before = server.count(stream);

        Answer answer = server.post(stream, signed(body, contentType), body);

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(server.count(stream)).isEqualTo(before + 1);
        JsonNode payload = server.last(stream).path("payload");
        assertThat(payload.at("/verified/name").asText()).isEqualTo(GITHUB.name());
        JsonNode request = payload.path("request");
        if (request.has("bodyBase64")) {
            assertThat(Base64.getDecoder().decode(request.path("bodyBase64").asText()))
                    .isEqualTo(body);
        } else {
            assertThat(payload.path("rawInput").toString()).isNotEmpty();
        }
    }

    /** As without a signature; see docs/wire.md. */
    @ParameterizedTest
    @ValueSource(strings = {"not json", "{\"a\":", "{\"a\":\"é\"}"})
    void should_answer_400_to_a_signed_body_that_is_not_the_json_that_it_says(String text) {
        String stream = configured();
        byte[] body = text.getBytes(ISO_8859_1);
        long before = server.count(stream);

        assertThat(server.post(stream, signed(body, "application/json"), body).status())
                .isEqualTo(400);
        assertThat(server.count(stream)).isEqualTo(before);
    }

    /** The headers that a sender chooses must not decide whether its signature is looked at. */
    @ParameterizedTest
    @ValueSource(strings = {"X-Signature", "X-Api-Key", "Authorization", "X-Millrace-Signature", "Sec-Signature"})
    void should_check_each_header_that_can_be_configured(String header) throws Exception {
        SignedSender own = new SignedSender(
                "own",
                "\"scheme\": \"hmac\", \"header\": \"" + header
                        + "\", \"algorithm\": \"sha256\", \"encoding\": \"hex\", \"prefix\": \"v1=\"",
                "s3cr3t of own",
                "HmacSHA256",
                "",
                header,
                "v1={hex}",
                Map.of("Content-Type", "application/json"),
                "{\"type\":\"said\"}",
                "");
        try (WebhookServer open = WebhookServer.open()) {
            String stream = freshStream();
            open.configure(stream, own);
            long before = open.count(stream);
            Map<String, String> wrong = new LinkedHashMap<>(own.headers(0));
            wrong.put(header, "v1=00");

            assertThat(open.post(stream, wrong, own.bytes()).status())
                    .as("a wrong signature")
                    .isEqualTo(401);
            assertThat(open.count(stream)).isEqualTo(before);
            assertThat(open.post(stream, own.headers(0), own.bytes()).status()).isEqualTo(200);
            assertThat(open.last(stream).at("/payload/verified/name").asText()).isEqualTo("own");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"[{\"type\":\"a\"},{\"x\":1}]", "[{\"x\":1},{\"type\":\"a\"}]", "[1]", "x", "", "a: 1"})
    void should_refuse_a_whole_batch_with_one_body_that_is_no_event(String body) throws Exception {
        try (WebhookServer open = WebhookServer.open()) {
            String stream = freshStream();
            open.configure(stream, GITHUB);
            long before = open.count(stream);

            for (String type : new String[] {"application/json", "application/yaml", "text/plain"}) {
                Answer answer = open.post(stream, Map.of("Content-Type", type), body.getBytes(UTF_8));
                assertThat(answer.status()).as(type + " " + answer.body()).isIn(400, 401);
            }
            assertThat(open.count(stream)).isEqualTo(before);
        }
    }

    @Test
    void should_not_mark_what_a_transform_makes_of_a_signed_body() {
        String stream = configured();
        Map<String, String> headers = GITHUB.headers(0);
        String transform = "?jsonataTransform=%7B%22type%22:%20%22a%22,%20%22payload%22:%20%7B%7D%7D";

        assertThat(server.millrace
                        .send(
                                "POST",
                                api(stream) + transform,
                                GITHUB.body(),
                                headers.entrySet().stream()
                                        .flatMap(header -> Stream.of(header.getKey(), header.getValue()))
                                        .toArray(String[]::new))
                        .status())
                .isEqualTo(200);
        assertThat(server.last(stream).at("/payload/verified/name").asText())
                .as("without rights of its own, the body is stored")
                .isEqualTo(GITHUB.name());
    }

    @Test
    void should_store_the_same_delivery_for_each_configuration_and_stream() {
        SignedSender other = GITHUB.named("other");
        String stream = configured();
        server.configure(stream, other);
        String second = configured();
        long before = server.count(stream);

        assertThat(server.post(stream, GITHUB.headers(0), GITHUB.bytes()).header("Idempotent-Replayed"))
                .isEmpty();
        assertThat(server.post(stream, other.headers(0), other.bytes()).header("Idempotent-Replayed"))
                .isEmpty();
        assertThat(server.post(second, GITHUB.headers(0), GITHUB.bytes()).header("Idempotent-Replayed"))
                .isEmpty();
        assertThat(server.count(stream)).isEqualTo(before + 2);
    }

    @Test
    void should_take_a_repeated_delivery_for_the_same_whatever_its_other_headers_are() {
        String stream = configured();
        server.post(stream, GITHUB.headers(0), GITHUB.bytes());

        Answer again = server.post(stream, GITHUB.headers(0), GITHUB.bytes(), "X-Attempt", "2");

        assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(again.header("Idempotent-Diverged")).isEmpty();
    }

    /** A delivery with another body and the id of an earlier one is a replay; the first one stays. */
    @Test
    void should_keep_the_first_body_of_a_delivery() {
        String stream = configured();
        server.post(stream, GITHUB.headers(0), GITHUB.bytes());
        byte[] body = "{\"ref\":\"refs/heads/other\"}".getBytes(UTF_8);

        Answer again = server.post(stream, signed(body, "application/json"), body);

        assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(again.header("Idempotent-Diverged")).isEqualTo("true");
        assertThat(server.last(stream).at("/payload/rawInput/ref").asText()).isEqualTo("refs/heads/main");
    }

    @Test
    void should_refuse_two_ids_or_times_that_contradict() {
        SignedSender slack = KnownSenders.documented().get(3);
        String stream = freshStream();
        server.configure(stream, slack);
        long time = WebhookServer.time();

        Answer twice = server.post(
                stream, slack.headers(time), slack.bytes(), "X-Slack-Request-Timestamp", Long.toString(time));

        assertThat(twice.status()).isEqualTo(401);
    }

    @Test
    void should_accept_the_second_of_two_signatures() {
        String stream = configured();
        Map<String, String> headers = GITHUB.headers(new byte[32], 0);
        byte[] right = GITHUB.sign(GITHUB.bytes(), 0);

        Answer answer = server.post(
                stream,
                headers,
                GITHUB.bytes(),
                GITHUB.signatureHeader(),
                "sha256=" + HexFormat.of().formatHex(right));

        assertThat(answer.status()).isEqualTo(200);
    }

    /** A signature is enough, whatever else the caller may do. */
    @ParameterizedTest
    @EnumSource(Operation.class)
    void should_verify_beside_a_token_of_any_kind(Operation operation) {
        String stream = configured();

        Answer answer = server.post(stream, GITHUB.headers(0), GITHUB.bytes(), server.authorization(operation));

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(server.last(stream).at("/payload/verified/name").asText()).isEqualTo(GITHUB.name());
    }

    @ParameterizedTest
    @EnumSource(Operation.class)
    void should_refuse_a_flipped_signature_beside_a_token_of_any_kind(Operation operation) {
        String stream = configured();
        long before = server.count(stream);

        Answer answer =
                server.post(stream, GITHUB.headers(new byte[32], 0), GITHUB.bytes(), server.authorization(operation));

        assertThat(answer.status()).as(answer.body()).isEqualTo(401);
        assertThat(answer.json().path("reason").asText()).isEqualTo("WEBHOOK_UNVERIFIED");
        assertThat(server.count(stream)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?jsonataTransform=%7B%22type%22:%20%22a%22%7D", "?source=slack"})
    void should_answer_the_challenge_of_slack_whatever_the_query_is(String query) throws Exception {
        try (WebhookServer open = WebhookServer.open()) {
            String stream = freshStream();
            open.configure(stream, KnownSenders.documented().get(3));

            Answer answer = open.millrace.post(
                    api(stream) + query, "{\"type\":\"url_verification\",\"token\":\"t\",\"challenge\":\"c-1\"}");

            assertThat(answer.body()).isEqualTo("c-1");
        }
    }
}
