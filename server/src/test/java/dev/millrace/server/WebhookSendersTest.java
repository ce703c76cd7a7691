package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.JsonCodec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The webhooks of known senders, on a server with tokens that the senders do not have. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit sets it before all
class WebhookSendersTest {
    private static final int FLIPS = Boolean.getBoolean("millrace.long") ? 200 : 12;
    private static final long LATE = 301;

    private WebhookServer server;

    @BeforeAll
    void start(@TempDir Path directory) {
        server = WebhookServer.withTokens(directory);
    }

    @AfterAll
    void stop() throws Exception {
        server.close();
    }

    static Stream<SignedSender> senders() {
        return Stream.concat(KnownSenders.documented().stream(), KnownSenders.further().stream());
    }

    private String configured(SignedSender sender) {
        String stream = freshStream();
        server.configure(stream, sender);
        return stream;
    }

    @Test
    void should_know_twelve_senders_beside_the_documented_ones() {
        assertThat(KnownSenders.further()).hasSizeGreaterThanOrEqualTo(12);
        assertThat(senders().map(SignedSender::name)).doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("senders")
    void should_store_a_signed_request_whole_and_without_a_token(SignedSender sender) throws Exception {
        String stream = configured(sender);
        long before = server.count(stream);

        Answer answer = server.post(stream, sender.headers(WebhookServer.time()), sender.bytes());

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.header("Idempotent-Replayed")).isEmpty();
        assertThat(server.count(stream)).isEqualTo(before + 1);
        JsonNode event = server.last(stream);
        assertThat(event.path("type").asText()).endsWith("/invalid-event-appended");
        JsonNode verified = event.at("/payload/verified");
        assertThat(verified.fieldNames()).toIterable().containsExactly("name", "scheme", "at");
        assertThat(verified.path("name").asText()).isEqualTo(sender.name());
        assertThat(verified.path("scheme").asText()).isEqualTo(sender.scheme());
        assertThat(Instant.parse(verified.path("at").asText())).isEqualTo(WebhookServer.NOW);
        assertKept(sender, event.path("payload"));
        assertThat(event.path("idempotencyKey").asText())
                .isEqualTo(sender.deliveryId().isEmpty() ? "" : "webhook/" + sender.name() + "/" + sender.deliveryId());
        assertThat(event.toString()).doesNotContain(sender.secret());
    }

    /** The bytes are there, in one of the two places. */
    private static void assertKept(SignedSender sender, JsonNode payload) throws Exception {
        JsonNode raw = payload.path("rawInput");
        JsonNode request = payload.path("request");
        assertThat(request.path("bodySha256").asText())
                .isEqualTo(HexFormat.of()
                        .formatHex(MessageDigest.getInstance("SHA-256").digest(sender.bytes())));
        if (sender.headers().getOrDefault("Content-Type", "").startsWith("application/x-www-form-urlencoded")) {
            assertThat(raw.path("body").asText()).isEqualTo(sender.body());
        } else {
            assertThat(raw).isEqualTo(JsonCodec.parse(sender.body()));
        }
        if (request.has("bodyBase64")) {
            assertThat(Base64.getDecoder().decode(request.path("bodyBase64").asText()))
                    .isEqualTo(sender.bytes());
        }
    }

    @ParameterizedTest
    @MethodSource("senders")
    void should_store_a_delivery_with_an_id_once(SignedSender sender) {
        String stream = configured(sender);
        server.post(stream, sender.headers(WebhookServer.time()), sender.bytes());
        long before = server.count(stream);

        Answer again = server.post(stream, sender.headers(WebhookServer.time() + 7), sender.bytes());

        assertThat(again.status()).as(again.body()).isEqualTo(200);
        boolean hasId = !sender.deliveryId().isEmpty();
        assertThat(again.header("Idempotent-Replayed")).isEqualTo(hasId ? "true" : "");
        assertThat(server.count(stream)).isEqualTo(hasId ? before : before + 1);
    }

    @ParameterizedTest
    @MethodSource("senders")
    void should_refuse_a_flipped_bit(SignedSender sender) {
        String stream = configured(sender);
        long time = WebhookServer.time();
        byte[] signature = sender.sign(sender.bytes(), time);
        long before = server.count(stream);
        Random random = new Random(20260302);

        for (int flip = 0; flip < FLIPS; flip++) {
            int bit = random.nextInt(sender.bytes().length * 8);
            assertRefused(sender, stream, sender.headers(signature, time), flipped(sender.bytes(), bit));
        }
        for (int flip = 0; flip < FLIPS; flip++) {
            int bit = random.nextInt(signature.length * 8);
            assertRefused(sender, stream, sender.headers(flipped(signature, bit), time), sender.bytes());
        }
        for (int bit = 0; sender.hasTime() && bit < 32; bit++) {
            assertRefused(sender, stream, sender.headers(signature, time ^ (1L << bit)), sender.bytes());
        }

        assertThat(server.count(stream)).isEqualTo(before);
        assertThat(server.refused(stream)).isEqualTo(2L * FLIPS + (sender.hasTime() ? 32 : 0));
        assertThat(server.post(stream, sender.headers(signature, time), sender.bytes())
                        .status())
                .isEqualTo(200);
    }

    /** Also what is signed beside the body and the time, and what stands before the signature. */
    @ParameterizedTest
    @MethodSource("senders")
    void should_refuse_a_signature_of_another_form_secret_or_time(SignedSender sender) {
        String stream = configured(sender);
        long time = WebhookServer.time();
        Map<String, String> right = sender.headers(time);
        long before = server.count(stream);
        String value = right.getOrDefault(sender.signatureHeader(), "");

        for (String wrong : List.of("", " ", value.substring(1), value + "0", "x" + value, "=", "v1,")) {
            Map<String, String> headers = new LinkedHashMap<>(right);
            headers.put(sender.signatureHeader(), wrong);
            assertRefused(sender, stream, headers, sender.bytes());
        }
        Map<String, String> unsigned = new LinkedHashMap<>(right);
        unsigned.remove(sender.signatureHeader());
        assertThat(server.post(stream, unsigned, sender.bytes()).status()).isEqualTo(401);
        if (sender.hasTime()) {
            assertRefused(sender, stream, sender.headers(time - LATE), sender.bytes());
            assertRefused(sender, stream, sender.headers(time + LATE), sender.bytes());
        }

        assertThat(server.count(stream)).isEqualTo(before);
    }

    @Test
    void should_refuse_after_the_secret_was_deleted() throws Exception {
        try (WebhookServer open = WebhookServer.open()) {
            List<SignedSender> senders = senders().toList();
            String stream = freshStream();
            senders.forEach(sender -> open.configure(stream, sender));
            open.deleteSecrets();
            long before = open.count(stream);

            for (SignedSender sender : senders) {
                Answer answer = open.post(stream, sender.headers(WebhookServer.time()), sender.bytes());

                assertThat(answer.status()).as(sender.name()).isEqualTo(401);
                assertThat(answer.json().path("reason").asText()).isEqualTo("WEBHOOK_UNVERIFIED");
            }
            assertThat(open.count(stream)).isEqualTo(before);
            assertThat(open.refused(stream)).isEqualTo(senders.size());
        }
    }

    @ParameterizedTest
    @MethodSource("senders")
    void should_verify_with_one_of_several_configurations(SignedSender sender) {
        String stream = freshStream();
        senders().forEach(other -> server.configure(stream, other));

        assertThat(server.post(stream, sender.headers(WebhookServer.time()), sender.bytes())
                        .status())
                .isEqualTo(200);
        assertThat(server.last(stream).at("/payload/verified/name").asText()).isEqualTo(sender.name());
    }

    @ParameterizedTest
    @MethodSource("senders")
    void should_take_the_right_for_this_stream_only(SignedSender sender) {
        String configured = configured(sender);
        String other = freshStream();

        for (String stream : List.of(other, configured + "/below")) {
            Answer answer = server.post(stream, sender.headers(WebhookServer.time()), sender.bytes());

            assertThat(answer.status()).isEqualTo(401);
            assertThat(server.count(stream)).isZero();
        }
    }

    /** GitLab sends a plain token and signs nothing. */
    @Test
    void should_refuse_or_keep_a_sender_that_does_not_sign() {
        SignedSender github = KnownSenders.documented().get(0);
        String stream = configured(github);
        Map<String, String> headers = Map.of(
                "Content-Type", "application/json",
                "User-Agent", "GitLab/17.9.0",
                "X-Gitlab-Event", "Push Hook",
                "X-Gitlab-Token", "gitlab-s3cr3t-token",
                "X-Gitlab-Event-UUID", "13792a34-cac6-4fda-95a8-c58e00a3954e",
                "Idempotency-Key", "f5e69fc1-43b5-42b1-8ed6-2a4b4c4f1a52");
        byte[] body = "{\"object_kind\":\"push\",\"event_name\":\"push\",\"ref\":\"refs/heads/main\",\"project_id\":15}"
                .getBytes(StandardCharsets.UTF_8);
        long before = server.count(stream);
        assertRefused(github, stream, headers, body);
        assertThat(server.post(stream, headers, body, server.authorization()).status())
                .as("with a token, and refused")
                .isEqualTo(401);
        assertThat(server.count(stream)).isEqualTo(before);

        String keeping = freshStream();
        String configuration = github.configured().replace("\"scheme\"", "\"unverified\": \"keep\", \"scheme\"");
        assertThat(server.millrace
                        .append(keeping, configuration, server.authorization())
                        .status())
                .isEqualTo(200);
        assertThat(server.post(keeping, headers, body).status())
                .as("kept, but without a token")
                .isEqualTo(401);
        assertThat(server.post(keeping, headers, body, server.authorization()).status())
                .isEqualTo(200);
        JsonNode kept = server.last(keeping).path("payload");
        assertThat(kept.has("verified")).isFalse();
        assertThat(kept.at("/rawInput/object_kind").asText()).isEqualTo("push");
        assertThat(kept.toString()).doesNotContain("gitlab-s3cr3t-token");
    }

    private void assertRefused(SignedSender sender, String stream, Map<String, String> headers, byte[] body) {
        Answer answer = server.post(stream, headers, body);
        assertThat(answer.status())
                .as(sender + " " + headers + " " + HexFormat.of().formatHex(body) + ": " + answer.body())
                .isEqualTo(401);
        assertThat(answer.json().path("reason").asText()).isEqualTo("WEBHOOK_UNVERIFIED");
        assertThat(answer.body()).doesNotContain(sender.secret());
    }

    private static byte[] flipped(byte[] bytes, int bit) {
        byte[] changed = bytes.clone();
        changed[bit / 8] ^= (byte) (1 << bit % 8);
        return changed;
    }
}
