package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static dev.millrace.contracts.wire.ServiceClient.stateOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.contracts.wire.ServiceClient.Answer;
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
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A server with tokens in use and a vault, and what tests of webhooks do with it. */
@SuppressWarnings("NullAway.Init") // JUnit sets them before each test
abstract class VerifyingServer {
    static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
    static final String SECRET = "it's a secret to everybody else";
    static final String EVENT = "{\"type\":\"note\",\"payload\":{\"n\":1}}";
    static final String GITHUB = "\"name\":\"github\",\"scheme\":\"github\",\"secret\":{\"ref\":\"github-secret\"}";

    @TempDir
    Path directory;

    final VirtualTimers timers = new VirtualTimers(NOW);
    final Vault vault = Vault.inMemory(timers);
    RunningServer millrace;
    String bearer;

    @BeforeEach
    void start() {
        AccessTokens tokens = AccessTokens.in(directory, timers);
        bearer = "Bearer " + RunningServer.token(tokens, StreamPath.root(), Operation.ADMIN);
        vault.create(ProjectSlug.defaultProject(), "github-secret", SECRET, Optional.empty());
        millrace = server(vault, Optional.of(tokens));
    }

    RunningServer server(Vault secrets, Optional<AccessTokens> tokens) {
        return server(secrets, tokens, 1_000_000);
    }

    RunningServer server(Vault secrets, Optional<AccessTokens> tokens, int rate) {
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

    @AfterEach
    void stop() throws Exception {
        millrace.close();
    }

    String configured(String fields) {
        String stream = freshStream();
        configure(stream, fields);
        return stream;
    }

    void configure(String stream, String fields) {
        Answer answer = millrace.append(
                stream,
                "{\"type\":\"millrace/webhook-configured\",\"payload\":{" + fields + "}}",
                "Authorization",
                bearer);
        assertThat(answer.event().path("type").asText()).as(answer.body()).isEqualTo("millrace/webhook-configured");
    }

    static String hmac(String text) {
        return hmac(SECRET, text);
    }

    static String hmac(String secret, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (java.security.GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    Answer github(String stream, String body, String id, String... more) {
        String[] headers = {
            "X-Hub-Signature-256", "sha256=" + hmac(body), "X-GitHub-Event", "push", "X-GitHub-Delivery", id
        };
        return millrace.append(
                stream, body, Stream.of(headers, more).flatMap(Stream::of).toArray(String[]::new));
    }

    List<JsonNode> history(String stream) {
        return millrace.history(stream, "Authorization", bearer).events();
    }

    long refused(String stream) {
        return millrace.get(stateOf(stream), "Authorization", bearer)
                .json()
                .at("/processors/incoming-webhooks/refused")
                .asLong(-1);
    }

    void assertRefused(Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(401);
        assertThat(answer.json().path("reason").asText()).isEqualTo("WEBHOOK_UNVERIFIED");
    }
}
