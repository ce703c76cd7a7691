package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import dev.millrace.server.security.AccessTokens;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which webhooks a configured stream stores and refuses. */
class WebhookVerificationTest extends VerifyingServer {
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
                "Bearer "
                        + RunningServer.token(AccessTokens.in(directory, timers), StreamPath.root(), Operation.APPEND));

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
        String reader = RunningServer.token(AccessTokens.in(directory, timers), StreamPath.root(), Operation.READ);

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
        String append = "Bearer "
                + RunningServer.token(AccessTokens.in(directory, timers), StreamPath.root(), Operation.APPEND);
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

    @Test
    void should_say_that_the_token_is_wrong_if_one_was_sent() {
        String stream = configured(GITHUB);

        Answer answer = millrace.append(stream, EVENT, "Authorization", "Bearer expired");

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.json().path("reason").asText()).isEqualTo("FORBIDDEN");
        assertThat(refused(stream)).isZero();
    }
}
