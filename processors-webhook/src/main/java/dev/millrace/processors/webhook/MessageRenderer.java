package dev.millrace.processors.webhook;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.Event;
import dev.millrace.core.EventType;
import dev.millrace.core.JsonCodec;
import dev.millrace.jsonata.Expression;
import java.util.Optional;

/**
 * The filter and the transform of one subscriber: turns an event into the body of a message, or skips it. Thread-safe.
 *
 * @param filter true for the events to push
 * @param transform returns the body of a webhook request, in place of the event
 * @param websocket whether the body is a frame {@code {"type": "event", "event": ...}}
 */
record MessageRenderer(Optional<Expression> filter, Optional<Expression> transform, boolean websocket) {
    private static final EventType CONFIGURED = EventType.of(SubscriptionEvent.Configured.class);

    /**
     * Compiles the expressions of a subscriber.
     *
     * @throws IllegalArgumentException if an expression is not JSONata
     */
    static MessageRenderer to(PushSubscription subscriber) {
        return new MessageRenderer(
                subscriber.jsonataFilter().map(Expression::compile),
                subscriber.isWebsocket()
                        ? Optional.empty()
                        : subscriber.jsonataTransform().map(Expression::compile),
                subscriber.isWebsocket());
    }

    /** Whether {@link #write} evaluates expressions, which can take long and belongs on the evaluation threads. */
    boolean takesTime() {
        return filter.isPresent() || transform.isPresent();
    }

    /**
     * The body; empty if the filter rejects the event or the transform returns nothing. Half surrogate pairs become
     * U+FFFD: many receivers refuse JSON with one, also when it is sent again.
     *
     * @throws RuntimeException if an expression fails on this event
     */
    Optional<byte[]> write(Event event) {
        JsonNode wire = JsonCodec.toTree(event);
        boolean wanted = filter.map(expression -> expression.matches(wire))
                .orElse(websocket || !CONFIGURED.matches(event.type()));
        if (!wanted) {
            return Optional.empty();
        }
        Optional<JsonNode> content = transform.isPresent() ? transform.get().evaluate(wire) : Optional.of(wire);
        return content.map(JsonCodec::toWellFormed)
                .map(body -> websocket ? frame(body) : body)
                .map(JsonCodec::write);
    }

    private static JsonNode frame(JsonNode event) {
        return JsonNodeFactory.instance.objectNode().put("type", "event").set("event", event);
    }
}
