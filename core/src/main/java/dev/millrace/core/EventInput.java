package dev.millrace.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Optional;
import java.util.OptionalLong;
import org.immutables.value.Value;

/**
 * An event that is to be appended. The service assigns path, offset and time.
 *
 * <p>Nothing is validated here beyond what the types say: the append rules of the service decide, and what they do not
 * accept they keep as an {@code invalid-event-appended} event.
 */
@Value.Immutable
@MillraceStyle
public interface EventInput {
    /** The type, 1 to 2048 characters; free-form. */
    String type();

    /** The payload, a JSON object; empty by default. */
    @Value.Default
    default JsonNode payload() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** What stands beside the payload, a JSON object. */
    Optional<JsonNode> metadata();

    /** Appending a second event with the same key to the same stream returns the first one; nothing is appended. */
    Optional<String> idempotencyKey();

    /** When present, the append is refused unless this is exactly the next offset of the stream. */
    OptionalLong offset();

    /**
     * An input of the payload's own type.
     *
     * @param payload an object of a class with {@link EventName}
     * @throws IllegalArgumentException when the class has no {@code @EventName}
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

    /** A new builder. */
    static Builder builder() {
        return new Builder();
    }

    /** Builds inputs. */
    class Builder extends ImmutableEventInput.Builder {
        Builder() {}
    }
}
