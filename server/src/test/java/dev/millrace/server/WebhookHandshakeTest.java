package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.server.security.AccessTokens;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which handshakes a configured stream answers, and what its configurations may be. */
class WebhookHandshakeTest extends VerifyingServer {
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
}
