package dev.millrace.processors.webhook;

import dev.millrace.jsonata.Expression;
import dev.millrace.processors.webhook.internal.net.CallbackUrl;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A validator for subscriber configurations: checks what the field types cannot. */
final class SubscriberConfigValidator {
    private SubscriberConfigValidator() {}

    /** The problems, one line each, which begins with the field. */
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

    private static void check(String field, Optional<String> text, Consumer<String> reader, List<String> problems) {
        try {
            text.ifPresent(reader);
        } catch (IllegalArgumentException wrong) {
            problems.add("payload." + field + ": " + wrong.getMessage());
        }
    }
}
