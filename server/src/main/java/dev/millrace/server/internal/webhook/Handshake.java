package dev.millrace.server.internal.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.server.internal.http.QueryParameters;
import java.util.Optional;

/**
 * A request that a sender makes when a webhook is set up, to see whether the URL answers.
 *
 * @param kind {@code slack}, {@code meta}, {@code graph} or {@code cloudevents}
 * @param name the name of the configuration that allows it
 * @param answer the text of the answer
 */
public record Handshake(String kind, String name, String answer) {
    private static final int LONGEST_BODY = 16 * 1024;

    /** Whether a GET is the handshake of Meta by its query, and so needs the verify token. */
    public static boolean isMeta(QueryParameters query) {
        return query.all("hub.mode").contains("subscribe")
                && query.all("hub.challenge").size() == 1
                && query.all("hub.verify_token").size() == 1;
    }

    /** The handshake of Meta; empty if its verify token is wrong. Source: Meta's documentation of webhooks. */
    public static Optional<Handshake> ofGet(StreamWebhooks webhooks, QueryParameters query) {
        return webhooks.withVerifyToken(query.all("hub.verify_token").get(0))
                .map(one -> new Handshake(
                        "meta", one.name(), query.all("hub.challenge").get(0)));
    }

    /**
     * A handshake of Microsoft Graph, by the query, or of Slack, by the body. Sources: "Receive change notifications
     * through webhooks" of Microsoft Graph, and Slack's event {@code url_verification}.
     */
    public static Optional<Handshake> ofPost(StreamWebhooks webhooks, QueryParameters query, byte[] body) {
        if (query.all("validationToken").size() == 1) {
            return webhooks.forHandshake("graph")
                    .map(one -> new Handshake(
                            "graph", one.name(), query.all("validationToken").get(0)));
        }
        return webhooks.forHandshake("slack")
                .flatMap(one -> challenge(body).map(text -> new Handshake("slack", one.name(), text)));
    }

    /** The handshake of CloudEvents. Source: CloudEvents, "HTTP 1.1 Web Hooks for Event Delivery", section 4. */
    public static Optional<Handshake> ofOptions(StreamWebhooks webhooks, String origin) {
        return webhooks.forHandshake("cloudevents").map(one -> new Handshake("cloudevents", one.name(), origin));
    }

    private static Optional<String> challenge(byte[] body) {
        if (body.length == 0 || body.length > LONGEST_BODY || body[0] != '{') {
            return Optional.empty();
        }
        try {
            JsonNode json = JsonCodec.parse(body);
            return json.path("type").asText().equals("url_verification")
                    ? Optional.ofNullable(json.path("challenge").textValue())
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // no JSON
        }
    }
}
