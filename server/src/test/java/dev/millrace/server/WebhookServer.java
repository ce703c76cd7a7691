package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
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
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.server.security.AccessTokens;
import dev.millrace.server.security.Vault;
import dev.millrace.server.webhook.IncomingWebhookProvider;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A server that verifies webhooks, at a fixed time. */
final class WebhookServer implements AutoCloseable {
    /** What its clock shows. */
    static final Instant NOW = Instant.parse("2026-03-02T09:30:00Z");

    private static final ProjectSlug PROJECT = ProjectSlug.defaultProject();

    final RunningServer millrace;

    private final VirtualTimers timers = new VirtualTimers(NOW);
    private final Vault vault = Vault.inMemory(timers);
    private final Optional<AccessTokens> tokens;
    private final String[] authorization;

    private WebhookServer(Optional<AccessTokens> tokens, String... origins) {
        this.tokens = tokens;
        authorization = tokens.isEmpty() ? new String[0] : authorization(Operation.ADMIN);
        StreamEngine engine = StreamEngine.builder(new InMemoryEventStore())
                .processors(List.of(new IncomingWebhookProvider()))
                .secrets(vault)
                .start();
        millrace = new RunningServer(engine, builder -> {
            builder.vault(vault).timers(timers).allowOrigin(List.of(origins));
            tokens.ifPresent(builder::tokens);
            return builder;
        });
    }

    /** A server without tokens. */
    static WebhookServer open(String... origins) {
        return new WebhookServer(Optional.empty(), origins);
    }

    /** A server that wants a token from each caller. */
    static WebhookServer withTokens(Path directory) {
        return new WebhookServer(Optional.of(AccessTokens.in(directory, new VirtualTimers(NOW))));
    }

    static long time() {
        return NOW.getEpochSecond();
    }

    /** The header of the administrator; empty without tokens. */
    String[] authorization() {
        return authorization.clone();
    }

    /** The header of a caller that may do this alone, on all streams. */
    String[] authorization(Operation operation) {
        String token = tokens.orElseThrow()
                .create(Optional.of(PROJECT), StreamPath.root(), Set.of(operation), Optional.empty())
                .token();
        return new String[] {"Authorization", "Bearer " + token};
    }

    void secret(String name, String value) {
        vault.create(PROJECT, name, value, Optional.empty());
    }

    void deleteSecrets() {
        vault.list(PROJECT).forEach(secret -> vault.delete(PROJECT, secret.id()));
    }

    /** Stores the secret of a sender and configures the stream for it. */
    void configure(String stream, SignedSender sender) {
        if (vault.find(PROJECT, sender.name()).isEmpty()) {
            secret(sender.name(), sender.secret());
        }
        Answer answer = millrace.append(stream, sender.configured(), authorization);
        assertThat(answer.event().path("type").asText()).as(answer.body()).isEqualTo("millrace/webhook-configured");
    }

    /** Posts without a token. */
    Answer post(String stream, Map<String, String> headers, byte[] body) {
        return post(stream, headers, body, new String[0]);
    }

    Answer post(String stream, Map<String, String> headers, byte[] body, String... more) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(millrace.baseUri() + api(stream)))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        headers.forEach(request::header);
        if (more.length > 0) {
            request.headers(more);
        }
        return millrace.send(request.build());
    }

    List<JsonNode> events(String stream) {
        return millrace.history(stream, authorization).events();
    }

    JsonNode last(String stream) {
        return millrace.get(api(stream) + "?afterOffset=" + (count(stream) - 1) + "&beforeOffset=end", authorization)
                .events()
                .get(0);
    }

    /** The offset of the last event; 0 if there is no stream. */
    long count(String stream) {
        return millrace.engine
                .head(PROJECT, StreamPath.of(stream))
                .map(StreamHead::lastOffset)
                .orElse(0L);
    }

    long refused(String stream) {
        return millrace.get(stateOf(stream), authorization)
                .json()
                .at("/processors/incoming-webhooks/refused")
                .longValue();
    }

    @Override
    public void close() throws IOException {
        millrace.close();
    }
}
