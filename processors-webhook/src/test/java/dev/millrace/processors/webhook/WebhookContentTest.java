package dev.millrace.processors.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.EventType;
import dev.millrace.core.ProjectSlug;
import dev.millrace.jsonata.EvaluationThreads;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import mockwebserver3.MockResponse;
import okio.Buffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The content of requests, and refused targets. */
class WebhookContentTest {
    private final Receiver receiver = new Receiver();
    private final Stage stage = Stage.inMemory();

    @AfterEach
    void stop() {
        stage.close();
        receiver.close();
    }

    private String webhook(String more) {
        return "{\"slug\": \"s\", \"type\": \"webhook\", \"callbackUrl\": \"" + receiver.url() + "\", " + more + "}";
    }

    private JsonNode failure() throws Exception {
        stage.await(() -> !stage.payloads(EventType.of(SubscriptionEvent.DeliveryFailed.class))
                .isEmpty());
        return stage.payloads(EventType.of(SubscriptionEvent.DeliveryFailed.class))
                .get(0);
    }

    /** HMAC-SHA-256 from its definition, independent of the main code. */
    private static byte[] hmac(byte[] key, byte[] message) throws Exception {
        byte[] inner = new byte[64];
        byte[] outer = new byte[64];
        Arrays.fill(inner, (byte) 0x36);
        Arrays.fill(outer, (byte) 0x5c);
        for (int i = 0; i < key.length; i++) {
            inner[i] ^= key[i];
            outer[i] ^= key[i];
        }
        MessageDigest sha = MessageDigest.getInstance("SHA-256");
        sha.update(inner);
        byte[] first = sha.digest(message);
        sha.update(outer);
        return sha.digest(first);
    }

    /** Many receivers refuse JSON with half a surrogate pair, and would refuse it again each time. */
    @Test
    void should_send_half_a_surrogate_pair_as_the_replacement_character() throws Exception {
        stage.start().configure(webhook("\"jsonataTransform\": \"{'p': payload, 'm': metadata}\""));
        stage.append("noted", "{\"text\": \"cut \\ud83d\", \"low\": \"\\ude00 a\", \"whole\": \"\\ud83d\\ude00\"}");
        stage.await(() -> receiver.accepted().size() == 1);

        assertThat(receiver.requests().get(0).body().utf8())
                .contains("\"cut \ufffd\"", "\"\ufffd a\"", "\"😀\"")
                .doesNotContain("\\u");
    }

    @Test
    void should_sign_with_the_secret_that_the_configuration_names() throws Exception {
        byte[] key = "a key of thirty-two bytes, or so".getBytes(StandardCharsets.UTF_8);
        stage.secret("hook-secret", "whsec_" + Base64.getEncoder().encodeToString(key))
                .start()
                .configure(webhook("\"signingSecret\": \"hook-secret\""));
        stage.append("noted", "{\"text\": \"grüße\"}");
        stage.await(() -> receiver.accepted().size() == 1);

        Receiver.Received request = receiver.requests().get(0);
        byte[] signed = new Buffer()
                .writeUtf8(request.id() + "." + request.header("webhook-timestamp") + ".")
                .write(request.body())
                .readByteArray();
        assertThat(request.header("webhook-signature"))
                .isEqualTo("v1," + Base64.getEncoder().encodeToString(hmac(key, signed)));
        assertThat(request.body().utf8()).contains("grüße");
        assertThat(request.header("webhook-timestamp"))
                .isEqualTo(Long.toString(stage.events().get(2).createdAt().getEpochSecond()));
    }

    @Test
    void should_send_nothing_unsigned_and_continue_when_the_secret_exists() throws Exception {
        stage.start().configure(webhook("\"signingSecret\": \"hook-secret\""));
        stage.append("noted", "{}");
        assertThat(failure().path("message").asText()).contains("no secret 'hook-secret'");
        assertThat(receiver.requests()).isEmpty();

        stage.secret("hook-secret", "plain text");
        stage.await(() -> receiver.accepted().size() == 1);
        assertThat(receiver.requests().get(0).header("webhook-signature")).startsWith("v1,");
    }

    @Test
    void should_try_again_while_the_secrets_cannot_be_read() throws Exception {
        AtomicInteger reads = new AtomicInteger();
        stage.vault((project, name) -> {
                    if (reads.incrementAndGet() <= 3) {
                        throw new IllegalStateException("t0ps3cret");
                    }
                    return Optional.of("plain text");
                })
                .start()
                .configure(webhook("\"signingSecret\": \"hook-secret\""));
        stage.append("noted", "{}");
        stage.await(() -> receiver.accepted().size() == 1);

        assertThat(stage.payloads(EventType.of(SubscriptionEvent.DeliveryFailed.class)))
                .hasSize(3)
                .allSatisfy(failure -> assertThat(failure.path("message").asText())
                        .contains("IllegalStateException")
                        .doesNotContain("t0ps3cret"));
    }

    @Test
    void should_skip_and_record_events_on_which_filter_or_transform_fails() throws Exception {
        stage.start().configure(webhook("\"jsonataTransform\": \"{'sum': payload.a + payload.b}\""));
        stage.append("sum", "{\"a\": 1, \"b\": \"two\"}");
        stage.append("sum", "{\"a\": 1, \"b\": 2}");
        stage.await(() -> stage.reported("s") == 1);

        assertThat(receiver.requests())
                .singleElement()
                .satisfies(request -> assertThat(request.body().utf8()).isEqualTo("{\"sum\":3}"));
        assertThat(stage.payloads(EventType.of(SubscriptionEvent.DeliveryFailed.class)))
                .singleElement()
                .satisfies(failure -> {
                    assertThat(failure.path("offset").longValue()).isEqualTo(3);
                    assertThat(failure.has("nextAttemptAt")).isFalse();
                });
    }

    @Test
    void should_skip_events_without_a_transform_result_silently() throws Exception {
        stage.start().configure(webhook("\"jsonataTransform\": \"payload.text\""));
        stage.append("said", "{}");
        stage.append("said", "{\"text\": \"hi\"}");
        stage.await(() -> stage.reported("s") == 1);

        assertThat(receiver.requests())
                .singleElement()
                .satisfies(request -> assertThat(request.body().utf8()).isEqualTo("\"hi\""));
        assertThat(stage.payloads(EventType.of(SubscriptionEvent.DeliveryFailed.class)))
                .isEmpty();
    }

    /** Otherwise a few subscribers with slow expressions would delay the effects of all streams. */
    @Test
    void should_evaluate_expressions_on_their_own_threads() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        for (int task = 0; task < 2 * Math.max(2, Runtime.getRuntime().availableProcessors()); task++) {
            EvaluationThreads.of(ProjectSlug.defaultProject(), Stage.PATH).execute(() -> hold(over));
        }
        try {
            stage.start().configure(webhook("\"jsonataFilter\": \"type = 'noted'\""));
            stage.append("noted", "{}");
            try (Receiver plain = new Receiver()) {
                stage.webhook("plain", plain);
                stage.note(3);
                stage.await(() -> plain.accepted().size() == 3);
            }

            assertThat(receiver.requests()).isEmpty();
        } finally {
            over.countDown();
        }
        stage.await(() -> receiver.accepted().size() == 4);
    }

    private static void hold(CountDownLatch over) {
        try {
            over.await(Stage.BOUND.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void should_push_configurations_of_others_only_where_the_filter_asks_for_them() throws Exception {
        stage.start().webhook("plain", receiver);
        try (Receiver curious = new Receiver()) {
            stage.configure("""
                    {"slug": "curious", "type": "webhook", "callbackUrl": "%s", "jsonataFilter": "true"}
                    """.formatted(curious.url()));
            stage.webhook("third", new Receiver());
            stage.note(1);
            stage.await(() -> stage.reported("curious") == 2 && stage.reported("plain") == 1);

            assertThat(receiver.requests()).hasSize(1);
            assertThat(curious.requests().get(0).json().path("type").asText()).endsWith("subscription/configured");
        }
    }

    @Test
    void should_follow_no_redirect() throws Exception {
        try (Receiver elsewhere = new Receiver()) {
            receiver.answering(number -> new MockResponse.Builder()
                    .code(307)
                    .addHeader("Location", elsewhere.url())
                    .build());
            stage.start().webhook("s", receiver);
            stage.note(1);

            assertThat(failure().path("message").asText()).contains("307", "redirects are not followed");
            assertThat(elsewhere.requests()).isEmpty();
        }
    }

    @Test
    void should_refuse_this_machine_where_the_server_is_not_bound_to_it() throws Exception {
        stage.setting("server.loopback", "false").start().webhook("s", receiver);
        stage.configure("{\"slug\": \"named\", \"type\": \"webhook\", \"callbackUrl\": \"http://localhost:"
                + receiver.port() + "/\"}");
        stage.note(1);
        stage.await(() -> stage.payloads(EventType.of(SubscriptionEvent.DeliveryFailed.class))
                        .size()
                >= 2);

        assertThat(stage.payloads(EventType.of(SubscriptionEvent.DeliveryFailed.class)))
                .allSatisfy(failure -> assertThat(failure.path("message").asText())
                        .contains("not allowed (loopback)")
                        .doesNotContain("t0ps3cret"));
        assertThat(receiver.requests()).isEmpty();
    }

    @Test
    void should_push_to_a_host_that_is_allowed_by_name() throws Exception {
        stage.setting("server.loopback", "false")
                .setting("webhook.allow-hosts", "intranet.example, 127.0.0.1")
                .start()
                .webhook("s", receiver);
        stage.note(1);

        stage.await(() -> receiver.accepted().size() == 1);
    }

    @Test
    void should_go_on_pushing_while_the_stream_is_paused_and_report_when_it_is_resumed() throws Exception {
        receiver.answering(number -> Receiver.status(number <= 2 ? 500 : 200));
        stage.start().webhook("s", receiver);
        stage.note(3);
        stage.append(BuiltInType.PAUSED.type(), "{}");
        stage.await(() -> receiver.accepted().size() == 4);
        assertThat(stage.reported("s")).isZero();

        stage.append(BuiltInType.RESUMED.type(), "{}");
        stage.await(() -> stage.reported("s") == 5);
    }

    @Test
    void should_keep_a_configuration_that_cannot_work_as_an_invalid_event() throws Exception {
        stage.start().configure("{\"slug\": \"s\", \"type\": \"pigeon\", \"callbackUrl\": \"ftp://x\"}");
        stage.configure(webhook("\"jsonataFilter\": \"payload.(\""));

        assertThat(stage.payloads(BuiltInType.INVALID_EVENT_APPENDED.eventType()))
                .hasSize(2);
        assertThat(stage.payloads(BuiltInType.INVALID_EVENT_APPENDED.eventType())
                        .get(0)
                        .path("error")
                        .asText())
                .contains("payload.type: expected 'webhook' or 'websocket', got 'pigeon'");
        assertThat(stage.payloads(BuiltInType.INVALID_EVENT_APPENDED.eventType())
                        .get(1)
                        .path("error")
                        .asText())
                .contains("payload.jsonataFilter: ");
    }
}
