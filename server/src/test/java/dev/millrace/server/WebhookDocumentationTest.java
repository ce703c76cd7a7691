package dev.millrace.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.JsonCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples of docs/webhooks.md, run as they are written, and then a request of the sender. */
class WebhookDocumentationTest {
    private static final Path PAGE = Path.of("").toAbsolutePath().resolve("../docs/webhooks.md");
    private static final Pattern CALL = Pattern.compile("(?s)curl \\$U(/\\S+) --json '([^']+)'");
    private static final Pattern BLOCK = Pattern.compile("(?ms)^```sh\\R(.*?)^```$");

    @TempDir
    Path directory;

    private static String section(String heading) throws IOException {
        Matcher section =
                Pattern.compile("(?ms)^## " + heading + "\\R(.*?)(?=^## |\\z)").matcher(Files.readString(PAGE));
        assertThat(section.find()).as("the section " + heading).isTrue();
        return section.group(1);
    }

    /** Sends what the section's commands send, with the secret of the sender; returns the path of the stream. */
    private static String run(WebhookServer server, String heading, String secret) throws IOException {
        String target = "";
        Matcher block = BLOCK.matcher(section(heading));
        while (block.find()) {
            Matcher call = CALL.matcher(block.group(1));
            while (call.find()) {
                target = call.group(1);
                Answer answer =
                        server.millrace.post(target, call.group(2).replace("…", secret), server.authorization());
                assertThat(answer.status()).as(call.group() + answer.body()).isEqualTo(200);
            }
        }
        assertThat(server.last(target).path("type").asText()).isEqualTo("millrace/webhook-configured");
        return target;
    }

    private static JsonNode stored(WebhookServer server, String stream, Answer answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        return server.last(stream).path("payload");
    }

    @Test
    void should_verify_github_in_both_of_its_content_types() throws Exception {
        try (WebhookServer server = WebhookServer.withTokens(directory)) {
            SignedSender json = KnownSenders.documented().get(0);
            String stream = run(server, "GitHub", json.secret());
            JsonNode payload =
                    stored(server, stream, server.post(stream, json.headers(WebhookServer.time()), json.bytes()));

            assertThat(payload.at("/verified/name").asText()).isEqualTo("github");
            assertThat(payload.at("/request/headers/x-github-event").asText()).isEqualTo("push");
            assertThat(payload.at("/rawInput/ref").asText()).isEqualTo("refs/heads/main");
        }
    }

    @Test
    void should_find_the_json_in_the_form_of_github() throws Exception {
        try (WebhookServer server = WebhookServer.withTokens(directory)) {
            SignedSender form = KnownSenders.documented().get(1);
            String stream = run(server, "GitHub", form.secret());
            JsonNode payload =
                    stored(server, stream, server.post(stream, form.headers(WebhookServer.time()), form.bytes()));

            assertThat(payload.at("/verified/scheme").asText()).isEqualTo("github");
            assertThat(JsonCodec.parse(payload.at("/rawInput/form/payload").asText())
                            .path("ref")
                            .asText())
                    .isEqualTo("refs/heads/main");
        }
    }

    @Test
    void should_verify_stripe() throws Exception {
        try (WebhookServer server = WebhookServer.withTokens(directory)) {
            SignedSender stripe = KnownSenders.documented().get(2);
            String stream = run(server, "Stripe", stripe.secret());
            JsonNode payload =
                    stored(server, stream, server.post(stream, stripe.headers(WebhookServer.time()), stripe.bytes()));

            assertThat(payload.at("/verified/name").asText()).isEqualTo("stripe");
            assertThat(payload.at("/rawInput/type").asText()).isEqualTo("payment_intent.succeeded");
            assertThat(server.post(stream, Map.of("Content-Type", "application/json"), stripe.bytes())
                            .status())
                    .isEqualTo(401);
        }
    }

    @Test
    void should_answer_slack_and_verify_its_events_and_commands() throws Exception {
        try (WebhookServer server = WebhookServer.withTokens(directory)) {
            SignedSender slack = KnownSenders.documented().get(3);
            String stream = run(server, "Slack", slack.secret());
            Answer challenge = server.post(
                    stream,
                    Map.of("Content-Type", "application/json"),
                    "{\"token\":\"Jhj5dZrVaK7ZwHHjRyZWjbDl\",\"challenge\":\"3eZbrw1a\",\"type\":\"url_verification\"}"
                            .getBytes(UTF_8));
            assertThat(challenge.status()).isEqualTo(200);
            assertThat(challenge.body()).isEqualTo("3eZbrw1a");
            assertThat(challenge.header("Content-Type")).startsWith("text/plain");
            assertThat(server.last(stream).path("payload"))
                    .isEqualTo(JsonCodec.parse("{\"name\":\"slack\",\"kind\":\"slack\"}"));

            JsonNode message =
                    stored(server, stream, server.post(stream, slack.headers(WebhookServer.time()), slack.bytes()));
            assertThat(message.at("/verified/scheme").asText()).isEqualTo("slack");
            assertThat(message.at("/rawInput/event/text").asText()).isEqualTo("Live long and prospect.");

            byte[] command = "token=xyzz0&team_id=T1DC2JH3J&command=%2Fweather&text=94070".getBytes(UTF_8);
            Map<String, String> headers =
                    slack.headers(slack.sign(command, WebhookServer.time()), WebhookServer.time());
            headers.put("Content-Type", "application/x-www-form-urlencoded");
            JsonNode weather = stored(server, stream, server.post(stream, headers, command));
            assertThat(weather.at("/verified/name").asText()).isEqualTo("slack");
            assertThat(weather.at("/rawInput/form/command").asText()).isEqualTo("/weather");
        }
    }

    @Test
    void should_keep_the_form_of_a_browser_and_mark_a_signed_one() throws Exception {
        String secret = "made with openssl rand";
        byte[] body = "email=ann%40example.org&message=hello%0D%0Athere".getBytes(UTF_8);
        SignedSender site = new SignedSender(
                "site",
                "\"scheme\": \"hmac\"",
                secret,
                "HmacSHA256",
                "",
                "X-Signature",
                "{hex}",
                Map.of("Content-Type", "application/x-www-form-urlencoded"),
                new String(body, UTF_8),
                "");
        try (WebhookServer server = WebhookServer.open("https://www.example.org")) {
            String stream = run(server, "An HTML form", secret);
            Map<String, String> browser = Map.of(
                    "Content-Type", "application/x-www-form-urlencoded",
                    "Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                    "Origin", "https://www.example.org",
                    "Referer", "https://www.example.org/contact",
                    "Sec-Fetch-Site", "cross-site",
                    "Sec-Fetch-Mode", "navigate");
            for (String path : List.of(stream, "/ann/not-configured")) {
                JsonNode form = stored(server, path, server.post(path, browser, body));
                assertThat(form.has("verified")).isFalse();
                assertThat(form.at("/rawInput/form"))
                        .isEqualTo(JsonCodec.parse("{\"email\":\"ann@example.org\",\"message\":\"hello\\r\\nthere\"}"));
            }
            JsonNode signed = stored(server, stream, server.post(stream, site.headers(WebhookServer.time()), body));
            assertThat(signed.at("/verified/name").asText()).isEqualTo("site");
        }
        try (WebhookServer server = WebhookServer.withTokens(directory)) {
            String stream = run(server, "An HTML form", secret);
            assertThat(server.post(stream, Map.of("Content-Type", "application/x-www-form-urlencoded"), body)
                            .status())
                    .as("a browser has no token")
                    .isEqualTo(401);
            assertThat(server.post(stream, site.headers(WebhookServer.time()), body)
                            .status())
                    .isEqualTo(200);
        }
    }
}
