package dev.millrace.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Optional;
import java.util.OptionalLong;
import org.immutables.value.Value;

/**
 * An event to append. The service assigns path, offset and time. The service also checks it: an input that breaks the
 * append rules is stored as an {@code invalid-event-appended} event.
 *
 * @since 0.1
 */
@Value.Immutable(copy = false)
@MillraceStyle
public interface EventInput {
    /** The type, 1 to 2048 characters; free-form. */
    String type();

    /** The payload, a JSON object; empty by default. */
    @Value.Default
    default JsonNode payload() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** Data beside the payload, a JSON object. */
    Optional<JsonNode> metadata();

    /** What the author says about the origin of the event, a JSON object. It is stored, and not interpreted. */
    Optional<JsonNode> source();

    /** If the stream has an event with this key, the append returns that event and stores nothing. */
    Optional<String> idempotencyKey();

    /** If present, the append is refused unless this is the next offset of the stream. */
    OptionalLong offset();

    /**
     * An input with the type of the payload's class.
     *
     * @param payload an object of a class with {@link EventName}
     * @throws IllegalArgumentException if the class has no {@code @EventName}
     */
    static EventInput of(Object payload) {
        return builder()
                .type(EventCatalog.nameOf(payload.getClass()))
                .payload(JsonCodec.toTree(payload))
                .build();
    }

    /** An input with an empty payload. */
    static EventInput ofType(String type) {
        return builder().type(type).build();
    }

    static Builder builder() {
        return new Builder();
    }

    class Builder extends ImmutableEventInput.Builder {
        Builder() {}
    }
}
