package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static dev.millrace.contracts.wire.ServiceClient.stateOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.server.security.AccessTokens;
import dev.millrace.server.security.Vault;
import dev.millrace.server.webhook.IncomingWebhookProvider;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which webhooks a configured stream stores, refuses and answers. */
@SuppressWarnings("NullAway.Init") // JUnit sets them before each test
class WebhookVerificationTest {
    private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    private static final String SECRET = "it's a secret to everybody else";
    private static final String EVENT = "{\"type\":\"note\",\"payload\":{\"n\":1}}";
    private static final String GITHUB =
            "\"name\":\"github\",\"scheme\":\"github\",\"secret\":{\"ref\":\"github-secret\"}";

    @TempDir
    Path directory;

    private final VirtualTimers timers = new VirtualTimers(NOW);
    private final Vault vault = Vault.inMemory(timers);
    private RunningServer millrace;
    private String bearer;

    @BeforeEach
    void start() {
        AccessTokens tokens = AccessTokens.in(directory, timers);
        bearer = "Bearer " + token(tokens, StreamPath.root(), Operation.ADMIN);
        vault.create(ProjectSlug.defaultProject(), "github-secret", SECRET, Optional.empty());
        millrace = server(vault, Optional.of(tokens));
    }

    private RunningServer server(Vault secrets, Optional<AccessTokens> tokens) {
        return server(secrets, tokens, 1_000_000);
    }

    private RunningServer server(Vault secrets, Optional<AccessTokens> tokens, int rate) {
        StreamEngine engine = StreamEngine.builder(new InMemoryEventStore())
                .processors(List.of(new IncomingWebhookProvider()))
                .secrets(secrets)
                .timers(timers)
                .start();
        return new RunningServer(
                engine,
                builder -> tokens.map(builder::tokens)
                        .orElse(builder)
                        .vault(secrets)
                        .rateLimit(rate)
                        .timers(timers));
    }

    private static String token(AccessTokens tokens, StreamPath path, Operation... operations) {
        return tokens.create(Optional.empty(), path, Set.of(operations), Optional.empty())
                .token();
    }

    @AfterEach
    void stop() throws Exception {
        millrace.close();
    }

    private String configured(String fields) {
        String stream = freshStream();
        configure(stream, fields);
        return stream;
    }

    private void configure(String stream, String fields) {
        Answer answer = millrace.append(
                stream,
                "{\"type\":\"millrace/webhook-configured\",\"payload\":{" + fields + "}}",
                "Authorization",
                bearer);
        assertThat(answer.event().path("type").asText()).as(answer.body()).isEqualTo("millrace/webhook-configured");
    }

    private static String hmac(String text) {
        return hmac(SECRET, text);
    }

    private static String hmac(String secret, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (java.security.GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private Answer github(String stream, String body, String id, String... more) {
        String[] headers = {
            "X-Hub-Signature-256", "sha256=" + hmac(body), "X-GitHub-Event", "push", "X-GitHub-Delivery", id
        };
        return millrace.append(
                stream, body, Stream.of(headers, more).flatMap(Stream::of).toArray(String[]::new));
    }

    private List<JsonNode> history(String stream) {
        return millrace.history(stream, "Authorization", bearer).events();
    }

    private long refused(String stream) {
        return millrace.get(stateOf(stream), "Authorization", bearer)
                .json()
                .at("/processors/incoming-webhooks/refused")
                .asLong(-1);
    }

    private void assertRefused(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(401);
        assertThat(answer.json().path("reason").asText()).isEqualTo("WEBHOOK_UNVERIFIED");
    }

    @Test
    void should_store_a_verified_webhook_without_a_token() {
        String stream = configured(GITHUB);

        Answer answer = github(stream, "{\"action\":\"created\"}", "72d3162e");

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        JsonNode event = answer.event();
        assertThat(event.path("type").asText()).endsWith("invalid-event-appended");
        assertThat(event.path("idempotencyKey").asText()).isEqualTo("webhook/github/72d3162e");
        assertThat(event.at("/payload/rawInput/action").asText()).isEqualTo("created");
        assertThat(event.at("/payload/request/headers/x-github-event").asText()).isEqualTo("push");
        assertThat(event.at("/payload/verified"))
                .isEqualTo(JsonCodec.parse(
                        "{\"name\":\"github\",\"scheme\":\"github\",\"at\":\"" + JsonCodec.time(NOW) + "\"}"));
    }

    @Test
    void should_answer_a_replay_without_storing_it_again() {
        String stream = configured(GITHUB);
        github(stream, "{\"action\":\"created\"}", "1");

        Answer again = github(stream, "{\"action\":\"created\"}", "1");

        assertThat(again.status()).isEqualTo(200);
        assertThat(again.header("Idempotent-Replayed")).isEqualTo("true");
        assertThat(history(stream)).hasSize(3);
    }

    @Test
    void should_keep_the_keys_of_deliveries_from_callers() {
        String stream = configured(GITHUB);
        millrace.append(
                stream,
                "{\"type\":\"note\",\"idempotencyKey\":\"webhook/github/9\"}",
                "Authorization",
                "Bearer " + token(AccessTokens.in(directory, timers), StreamPath.root(), Operation.APPEND));

        Answer answer = github(stream, "{\"action\":\"created\"}", "9");

        assertThat(answer.header("Idempotent-Replayed")).isNotEqualTo("true");
        assertThat(history(stream)).hasSize(4);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"https://events.iterate.com/events/stream/paused\",\"payload\":{}}",
                "{\"type\":\"millrace/webhook-removed\",\"payload\":{\"name\":\"github\"}}",
                "[{\"type\":\"a\"},{\"type\":\"b\"}]"
            })
    void should_store_a_signed_body_as_data_whatever_it_looks_like(String body) {
        String stream = configured(GITHUB);

        Answer answer = github(stream, body, "1", "Authorization", bearer);

        assertThat(answer.event().path("type").asText()).endsWith("invalid-event-appended");
        assertThat(answer.event().at("/payload/rawInput")).isEqualTo(JsonCodec.parse(body));
        assertThat(history(stream)).hasSize(3);
    }

    @Test
    void should_refuse_and_count_what_is_not_verified() {
        String stream = configured(GITHUB);
        String wrong = "sha256=" + hmac("another secret", "{}");

        assertRefused(millrace.append(stream, "{}", "X-Hub-Signature-256", wrong));
        assertRefused(millrace.append(stream, "{}", "X-Hub-Signature-256", wrong, "Authorization", bearer));
        assertRefused(millrace.append(stream, "{}", "Authorization", bearer)); // no signature at all
        assertRefused(millrace.append(stream, "{}"));
        assertRefused(millrace.append(stream, EVENT, "X-Hub-Signature-256", wrong, "Authorization", bearer));
        assertRefused(millrace.send("POST", api(stream), "a=b", "Content-Type", "application/x-www-form-urlencoded"));
        assertThat(history(stream)).hasSize(2);
        assertThat(refused(stream)).isEqualTo(6);
    }

    @Test
    void should_append_other_events_by_the_rights_of_the_caller() {
        String stream = configured(GITHUB);

        assertThat(millrace.append(stream, EVENT).status()).isEqualTo(401);
        Answer answer = millrace.append(stream, EVENT, "Authorization", bearer);

        assertThat(answer.event().path("type").asText()).isEqualTo("note");
        assertThat(answer.event().path("payload").has("verified")).isFalse();
    }

    @Test
    void should_keep_what_is_not_verified_if_it_is_configured_so() {
        String stream = configured(GITHUB + ",\"unverified\":\"keep\"");

        Answer kept = millrace.append(stream, "{}", "X-Hub-Signature-256", "sha256=00", "Authorization", bearer);

        assertThat(kept.status()).isEqualTo(200);
        assertThat(kept.event().path("payload").has("verified")).isFalse();
        assertRefused(millrace.append(stream, "{}", "X-Hub-Signature-256", "sha256=00")); // without a token
    }

    @Test
    void should_cover_its_own_stream_only() {
        String stream = configured(GITHUB);

        assertThat(github(stream + "/below", "{\"a\":1}", "1").status()).isEqualTo(401);
        assertThat(github(freshStream(), "{\"a\":1}", "1").json().path("reason").asText())
                .isEqualTo("FORBIDDEN");
        assertThat(github(stream + "?jsonataTransform=%7B%22type%22%3A%22x%22%7D", "{\"a\":1}", "1")
                        .event()
                        .path("type")
                        .asText())
                .endsWith("invalid-event-appended");
        assertThat(millrace.get(api(stream) + "?beforeOffset=end", "X-Hub-Signature-256", "sha256=" + hmac(""))
                        .status())
                .isEqualTo(401);
    }

    @Test
    void should_need_no_token_if_the_one_that_is_sent_is_unknown_or_too_weak() {
        String stream = configured(GITHUB);
        String reader = token(AccessTokens.in(directory, timers), StreamPath.root(), Operation.READ);

        assertThat(github(stream, "{\"a\":1}", "1", "Authorization", "Basic eDp5")
                        .status())
                .isEqualTo(200);
        assertThat(github(stream, "{\"a\":2}", "2", "Authorization", "Bearer " + reader)
                        .status())
                .isEqualTo(200);
        assertThat(millrace.append(stream, EVENT, "Authorization", "Bearer " + reader)
                        .status())
                .isEqualTo(403);
    }

    @Test
    void should_end_with_the_removal_and_replace_by_name() {
        String stream = configured(GITHUB);
        vault.create(ProjectSlug.defaultProject(), "next", "another", Optional.empty());
        configure(stream, "\"name\":\"github\",\"scheme\":\"github\",\"secret\":{\"ref\":\"next\"}");

        assertRefused(github(stream, "{\"a\":1}", "1"));
        configure(stream, "\"name\":\"old\",\"scheme\":\"github\",\"secret\":{\"ref\":\"github-secret\"}");
        assertThat(github(stream, "{\"a\":1}", "1")
                        .event()
                        .at("/payload/verified/name")
                        .asText())
                .isEqualTo("old"); // one of two is enough
        for (String name : List.of("github", "old")) {
            millrace.append(
                    stream,
                    "{\"type\":\"millrace/webhook-removed\",\"payload\":{\"name\":\"" + name + "\"}}",
                    "Authorization",
                    bearer);
        }
        assertThat(github(stream, "{\"a\":1}", "2").json().path("reason").asText())
                .isEqualTo("FORBIDDEN");
        Answer plain = github(stream, "{\"a\":1}", "2", "Authorization", bearer);
        assertThat(plain.event().path("payload").has("verified")).isFalse();
    }

    @Test
    void should_refuse_if_the_secret_is_missing_or_deleted() {
        String stream = configured("\"name\":\"x\",\"scheme\":\"github\",\"secret\":{\"ref\":\"missing\"}");
        assertRefused(github(stream, "{\"a\":1}", "1"));

        String other = configured(GITHUB);
        assertThat(github(other, "{\"a\":1}", "1").status()).isEqualTo(200);
        vault.delete(
                ProjectSlug.defaultProject(),
                vault.list(ProjectSlug.defaultProject()).get(0).id());
        assertRefused(github(other, "{\"a\":1}", "2"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"name\":\"a/b\",\"scheme\":\"github\",\"secret\":{\"ref\":\"s\"}",
                "\"name\":\"a\",\"scheme\":\"gitlab\",\"secret\":{\"ref\":\"s\"}",
                "\"name\":\"a\",\"scheme\":\"github\",\"secret\":\"s\"",
                "\"name\":\"a\",\"scheme\":\"github\",\"secret\":{\"ref\":\"s\"},\"unverified\":\"drop\"",
                "\"name\":\"a\",\"scheme\":\"slack\",\"secret\":{\"ref\":\"s\"},\"tolerance\":\"P2D\"",
                "\"name\":\"a\",\"scheme\":\"slack\",\"secret\":{\"ref\":\"s\"},\"handshake\":\"meta\"",
                "\"name\":\"a\",\"scheme\":\"slack\",\"secret\":{\"ref\":\"s\"},\"header\":\"X-A\"",
                "\"name\":\"a\",\"scheme\":\"hmac\",\"secret\":{\"ref\":\"s\"}",
                "\"name\":\"a\",\"scheme\":\"hmac\",\"secret\":{\"ref\":\"s\"},\"header\":\"X A\",\"algorithm\":\"sha256\","
                        + "\"encoding\":\"hex\""
            })
    void should_change_nothing_by_a_configuration_that_is_not_valid(String fields) {
        String stream = freshStream();
        String configuration = "{\"type\":\"millrace/webhook-configured\",\"payload\":{" + fields + "}}";

        Answer answer = millrace.append(stream, configuration, "Authorization", bearer);

        assertThat(answer.event().path("type").asText()).endsWith("invalid-event-appended");
        assertThat(millrace.append(stream, "{}", "Authorization", bearer).status())
                .isEqualTo(200);
    }

    @Test
    void should_take_control_to_configure() {
        String append = "Bearer " + token(AccessTokens.in(directory, timers), StreamPath.root(), Operation.APPEND);
        for (String event : List.of(
                "{\"type\":\"millrace/webhook-configured\",\"payload\":{" + GITHUB + "}}",
                "{\"type\":\"millrace/webhook-removed\",\"payload\":{\"name\":\"github\"}}",
                "{\"type\":\"millrace/webhook-handshake\",\"payload\":{\"name\":\"github\",\"kind\":\"slack\"}}")) {
            assertThat(millrace.append(freshStream(), event, "Authorization", append)
                            .status())
                    .as(event)
                    .isEqualTo(403);
        }
    }

    @Test
    void should_refuse_an_old_signature_but_not_within_the_tolerance_of_the_configuration() {
        String slack = "\"name\":\"s\",\"scheme\":\"slack\",\"secret\":{\"ref\":\"github-secret\"}";
        String strict = configured(slack);
        String lenient = configured(slack + ",\"tolerance\":\"PT1H\"");
        String time = Long.toString(NOW.getEpochSecond());
        String[] headers = {
            "X-Slack-Signature", "v0=" + hmac("v0:" + time + ":{\"a\":1}"), "X-Slack-Request-Timestamp", time
        };

        timers.advance(Duration.ofMinutes(6));

        assertRefused(millrace.append(strict, "{\"a\":1}", headers));
        assertThat(millrace.append(lenient, "{\"a\":1}", headers).status()).isEqualTo(200);
    }

    @Test
    void should_not_let_a_caller_say_that_it_is_verified() {
        String type = "https://events.iterate.com/events/stream/invalid-event-appended";
        for (String field : List.of("verified", "request")) {
            Answer answer = millrace.append(
                    freshStream(),
                    "{\"type\":\"" + type + "\",\"payload\":{\"rawInput\":1,\"error\":\"e\",\"" + field + "\":{}}}",
                    "Authorization",
                    bearer);

            assertThat(answer.event().at("/payload/rawInput/payload/rawInput").asInt())
                    .isEqualTo(1);
        }
    }

    @Test
    void should_answer_the_handshake_of_slack_with_and_without_a_signature() {
        String slack = "\"name\":\"s\",\"scheme\":\"slack\",\"secret\":{\"ref\":\"github-secret\"}";
        String stream = configured(slack + ",\"handshake\":\"slack\"");
        String body = "{\"token\":\"t\",\"challenge\":\"3eZb\",\"type\":\"url_verification\"}";
        String time = Long.toString(NOW.getEpochSecond());

        Answer signed = millrace.append(
                stream,
                body,
                "X-Slack-Signature",
                "v0=" + hmac("v0:" + time + ":" + body),
                "X-Slack-Request-Timestamp",
                time);
        Answer plain = millrace.append(stream, body);
        Answer withToken = millrace.append(stream, body, "Authorization", bearer);

        for (Answer answer : List.of(signed, plain, withToken)) {
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("3eZb");
            assertThat(answer.header("Content-Type")).startsWith("text/plain");
        }
        JsonNode recorded = history(stream).get(2);
        assertThat(recorded.path("type").asText()).isEqualTo("millrace/webhook-handshake");
        assertThat(recorded.path("payload")).isEqualTo(JsonCodec.parse("{\"name\":\"s\",\"kind\":\"slack\"}"));
        assertThat(history(stream)).hasSize(3); // one a minute
        assertRefused(millrace.append(
                stream,
                body,
                "X-Slack-Signature",
                "v0=00",
                "X-Slack-Request-Timestamp",
                time,
                "Authorization",
                bearer));
        assertRefused(millrace.append(configured(slack), body)); // not configured for it
    }

    @Test
    void should_answer_the_handshake_of_meta_with_the_right_verify_token_only() {
        vault.create(ProjectSlug.defaultProject(), "verify", "meatyhamhock", Optional.empty());
        String stream = configured(GITHUB + ",\"handshake\":\"meta\",\"verifyToken\":{\"ref\":\"verify\"}");
        String query = "?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=";

        Answer answer = millrace.get(api(stream) + query + "meatyhamhock");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("1158201444");
        assertThat(millrace.get(stream + query + "meatyhamhock").body()).isEqualTo("1158201444"); // a short URL
        assertRefused(millrace.get(api(stream) + query + "wrong"));
        assertThat(history(stream)).hasSize(3);
        assertThat(millrace.get(api(stream) + "?beforeOffset=end").status()).isEqualTo(401); // a read
        assertThat(millrace.get(api(freshStream()) + query + "meatyhamhock")
                        .json()
                        .path("reason")
                        .asText())
                .isEqualTo("FORBIDDEN");
    }

    @Test
    void should_answer_the_handshakes_of_graph_and_cloud_events() {
        String graph = configured(GITHUB + ",\"handshake\":\"graph\"");
        String cloudEvents = configured(GITHUB + ",\"handshake\":\"cloudevents\"");

        Answer answer = millrace.send(
                "POST", api(graph) + "?validationToken=Validation%3A+Testing", "", "Content-Type", "text/plain");
        Answer allowed = millrace.send(
                "OPTIONS",
                api(cloudEvents),
                "",
                "WebHook-Request-Origin",
                "eventemitter.example.com",
                "WebHook-Request-Rate",
                "120");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("Validation: Testing");
        assertThat(history(graph)).hasSize(3);
        assertThat(allowed.status()).isEqualTo(200);
        assertThat(allowed.header("WebHook-Allowed-Origin")).isEqualTo("eventemitter.example.com");
        assertThat(allowed.header("WebHook-Allowed-Rate")).isEqualTo("120");
        assertThat(history(cloudEvents)).hasSize(3);
        Answer other = millrace.send("OPTIONS", api(graph), "", "WebHook-Request-Origin", "e.example.com");
        assertThat(other.status()).isEqualTo(204);
        assertThat(other.header("WebHook-Allowed-Origin")).isEmpty();
    }

    @Test
    void should_verify_without_tokens_too() throws Exception {
        try (RunningServer open = server(vault, Optional.empty())) {
            String stream = freshStream();
            open.append(stream, "{\"type\":\"millrace/webhook-configured\",\"payload\":{" + GITHUB + "}}");

            assertRefused(open.append(stream, "{\"a\":1}"));
            assertThat(open.append(stream, EVENT).event().path("type").asText()).isEqualTo("note");
            assertThat(open.append(stream, "{\"a\":1}", "X-Hub-Signature-256", "sha256=" + hmac("{\"a\":1}"))
                            .event()
                            .at("/payload/verified/scheme")
                            .asText())
                    .isEqualTo("github");
        }
    }

    @Test
    void should_refuse_what_an_expression_of_the_caller_makes_of_an_unverified_body() {
        String stream = configured(GITHUB);
        String target = stream + "?jsonataTransform=%7B%22type%22%3A%22x%22%7D"; // {"type":"x"}

        assertRefused(millrace.append(target, "{}", "X-Hub-Signature-256", "sha256=00", "Authorization", bearer));

        assertThat(millrace.append(target, "{}", "Authorization", bearer)
                        .event()
                        .path("type")
                        .asText())
                .isEqualTo("x");
    }

    @Test
    void should_charge_a_request_once_and_a_refused_one_too() throws Exception {
        AccessTokens tokens = AccessTokens.in(directory, timers);
        try (RunningServer limited = server(vault, Optional.of(tokens), 1)) {
            String stream = freshStream();
            String event =
                    "{\"type\":\"millrace/webhook-configured\",\"payload\":{" + GITHUB + ",\"unverified\":\"keep\"}}";
            limited.append(stream, event, "Authorization", bearer);
            timers.advance(Duration.ofSeconds(10));

            assertThat(limited.append(stream, "{}", "Authorization", bearer).status())
                    .isEqualTo(200);
            List<Integer> strangers = Stream.generate(() -> limited.append(stream, "{}", "X-Hub-Signature-256", "x")
                            .status())
                    .limit(5)
                    .toList();
            assertThat(strangers).startsWith(401).endsWith(429);
        }
    }

    @Test
    void should_store_what_an_expression_makes_of_a_signed_body() {
        String stream = configured(GITHUB);
        String target = stream + "?jsonataTransform=%7B%22type%22%3A%22x%22%7D"; // {"type":"x"}

        Answer answer = github(target, "{\"a\":1}", "1", "Authorization", bearer);

        assertThat(answer.event().path("type").asText()).isEqualTo("x");
        assertThat(answer.event().has("idempotencyKey")).isFalse();
    }

    @Test
    void should_not_show_a_signature_that_a_reader_could_send_again() {
        String stream = configured(GITHUB);

        JsonNode request = github(stream, "{\"a\":1}", "1").event().at("/payload/request");

        assertThat(request.at("/headers/x-hub-signature-256").asText()).startsWith("sha256:");
        assertThat(request.toString()).doesNotContain(hmac("{\"a\":1}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"cookie", "X-Forwarded-For", "User-Agent"})
    void should_take_no_header_of_others_for_signatures(String header) {
        String fields = "\"name\":\"h\",\"scheme\":\"hmac\",\"secret\":{\"ref\":\"s\"},\"header\":\"" + header
                + "\",\"algorithm\":\"sha256\",\"encoding\":\"hex\"";

        Answer answer = millrace.append(
                freshStream(),
                "{\"type\":\"millrace/webhook-configured\",\"payload\":{" + fields + "}}",
                "Authorization",
                bearer);

        assertThat(answer.event().at("/payload/error").asText()).contains("payload.header");
    }

    @Test
    void should_verify_a_header_of_our_own_name_also_on_events() {
        String stream = configured("\"name\":\"h\",\"scheme\":\"hmac\",\"secret\":{\"ref\":\"github-secret\"},"
                + "\"header\":\"X-Millrace-Signature\",\"algorithm\":\"sha256\",\"encoding\":\"hex\"");

        assertRefused(millrace.append(stream, EVENT, "X-Millrace-Signature", "00", "Authorization", bearer));
        assertThat(millrace.append(stream, EVENT, "X-Millrace-Signature", hmac(EVENT))
                        .event()
                        .at("/payload/verified/name")
                        .asText())
                .isEqualTo("h");
    }

    @Test
    void should_ignore_a_configuration_of_an_imported_log_that_is_not_valid() {
        String stream = freshStream();
        String time = "\"createdAt\":\"2025-12-01T00:00:00.000Z\"}\n";
        String initialized = "{\"streamPath\":\"/x\",\"offset\":1,\"type\":"
                + "\"https://events.iterate.com/events/stream/initialized\",\"payload\":{\"projectSlug\":\"public\",\"path\":\"/x\"},"
                + time;
        String configuration =
                "{\"streamPath\":\"/x\",\"offset\":2,\"type\":\"millrace/webhook-configured\",\"payload\":{" + GITHUB
                        + ",\"tolerance\":\"5m\"}," + time;
        Answer imported = millrace.send(
                "POST",
                "/api/streams/__import" + stream,
                initialized + configuration,
                "Content-Type",
                "application/x-ndjson",
                "Authorization",
                bearer);
        assertThat(imported.status()).as(imported.body()).isEqualTo(200);

        assertThat(github(stream, "{\"a\":1}", "1", "Authorization", bearer).status())
                .isEqualTo(200);
        assertThat(github(stream, "{\"a\":1}", "1").status()).isEqualTo(401);
    }

    @Test
    void should_say_that_the_token_is_wrong_if_one_was_sent() {
        String stream = configured(GITHUB);

        Answer answer = millrace.append(stream, EVENT, "Authorization", "Bearer expired");

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.json().path("reason").asText()).isEqualTo("FORBIDDEN");
        assertThat(refused(stream)).isZero();
    }
}
