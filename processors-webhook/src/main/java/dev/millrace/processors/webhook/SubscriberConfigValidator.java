package dev.millrace.processors.webhook;

import dev.millrace.jsonata.Expression;
import dev.millrace.processors.webhook.internal.net.CallbackUrl;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is wrong with the configuration of a subscriber, beyond the types of its fields. */
final class SubscriberConfigValidator {
    private SubscriberConfigValidator() {}

    /** One line a problem, which begins with the field. */
    static List<String> to(SubscriptionEvent.Configured configured) {
        List<String> problems = new ArrayList<>();
        String type = configured.type();
        boolean websocket = type.equals(PushSubscription.WEBSOCKET);
        if (!websocket && !type.equals(PushSubscription.WEBHOOK)) {
            problems.add("payload.type: expected 'webhook' or 'websocket', got '" + type + "'");
        } else {
            check(
                    "callbackUrl",
                    Optional.of(configured.callbackUrl()),
                    text -> CallbackUrl.parse(text, websocket),
                    problems);
        }
        if (websocket && configured.signingSecret().isPresent()) {
            problems.add("payload.signingSecret: only webhooks are signed; leave it out");
        }
        check("jsonataFilter", configured.jsonataFilter(), Expression::compile, problems);
        check("jsonataTransform", configured.jsonataTransform(), Expression::compile, problems);
        return problems;
    }

    private interface Reader {
        Object read(String text);
    }

    private static void check(String field, Optional<String> text, Reader reader, List<String> problems) {
        try {
            text.ifPresent(reader::read);
        } catch (IllegalArgumentException wrong) {
            problems.add("payload." + field + ": " + wrong.getMessage());
        }
    }
}
