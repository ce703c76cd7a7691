package dev.millrace.processors.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.Event;
import dev.millrace.core.EventType;
import dev.millrace.core.JsonCodec;
import dev.millrace.jsonata.Expression;
import java.util.Optional;

/**
 * Makes the body of a message out of an event, or decides that there is none. Safe for use by many threads.
 *
 * @param filter only events that it finds true
 * @param transform what webhooks get instead of the event
 * @param websocket whether events go out as frames
 */
record MessageRenderer(Optional<Expression> filter, Optional<Expression> transform, boolean websocket) {
    private static final EventType CONFIGURED = EventType.of(SubscriptionEvent.Configured.class);

    /**
     * What this subscriber is to get.
     *
     * @throws IllegalArgumentException when an expression is not JSONata
     */
    static MessageRenderer to(PushSubscription subscriber) {
        return new MessageRenderer(
                subscriber.jsonataFilter().map(Expression::compile),
                subscriber.isWebsocket()
                        ? Optional.empty()
                        : subscriber.jsonataTransform().map(Expression::compile),
                subscriber.isWebsocket());
    }

    /** Whether writing evaluates expressions, which belongs on threads where nobody else waits. */
    boolean takesTime() {
        return filter.isPresent() || transform.isPresent();
    }

    /**
     * The body; empty when the event is not for this subscriber, or its transform gives nothing.
     *
     * @throws RuntimeException when an expression fails on this event
     */
    Optional<byte[]> write(Event event) {
        JsonNode wire = JsonCodec.toTree(event);
        boolean wanted = filter.map(expression -> expression.matches(wire))
                .orElse(websocket || !CONFIGURED.matches(event.type()));
        if (!wanted) {
            return Optional.empty();
        }
        Optional<JsonNode> content = transform.isPresent() ? transform.get().evaluate(wire) : Optional.of(wire);
        return content.map(body -> websocket ? frame(body) : body).map(JsonCodec::write);
    }

    private static JsonNode frame(JsonNode event) {
        return JsonNodeFactory.instance.objectNode().put("type", "event").set("event", event);
    }
}
