package dev.millrace.processors.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.jsonata.Expression;
import java.util.ArrayList;
import java.util.List;

/** What is wrong with the configuration of a subscriber, beyond its schema. */
final class Objections {
    private Objections() {}

    /** One line a problem, which begins with the field. */
    static List<String> to(JsonNode payload) {
        List<String> problems = new ArrayList<>();
        String type = payload.path("type").asText();
        boolean websocket = type.equals(PushSubscription.WEBSOCKET);
        if (!websocket && !type.equals(PushSubscription.WEBHOOK)) {
            problems.add("payload.type: expected 'webhook' or 'websocket', got '" + type + "'");
        } else {
            check("callbackUrl", payload, text -> Endpoint.parse(text, websocket), problems);
        }
        if (websocket && payload.has("signingSecret")) {
            problems.add("payload.signingSecret: only webhooks are signed; leave it out");
        }
        check("jsonataFilter", payload, Expression::compile, problems);
        check("jsonataTransform", payload, Expression::compile, problems);
        return problems;
    }

    private interface Reader {
        Object read(String text);
    }

    private static void check(String field, JsonNode payload, Reader reader, List<String> problems) {
        if (!payload.has(field)) {
            return;
        }
        try {
            reader.read(payload.path(field).asText());
        } catch (IllegalArgumentException wrong) {
            problems.add("payload." + field + ": " + wrong.getMessage());
        }
    }
}
