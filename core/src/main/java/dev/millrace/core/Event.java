package dev.millrace.core;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Optional;
import org.immutables.value.Value;

/**
 * One committed entry of a stream's log. Its identity is (project, path, offset); it never changes.
 *
 * <p>{@link #payload()} is already decoded by the reader's {@link EventCatalog}: a member of one of its families, or
 * {@link UnknownPayload}, or {@link MalformedPayload}. Reducers take time only from {@link #createdAt()}.
 */
@Value.Immutable
@MillraceStyle
public interface Event {
    /** The stream the event belongs to ({@code streamPath} on the wire). */
    StreamPath path();

    /** The position in the stream, from 1. Ascending; readers must not rely on it being contiguous. */
    long offset();

    /** The type exactly as it was written; see {@link BuiltInType#of(String)} for its meaning if it is built in. */
    String type();

    /** The payload object as JSON. Treat it as read-only. */
    JsonNode payloadJson();

    /** The payload as the reader's catalog decodes it: a family member, {@link UnknownPayload} or {@link MalformedPayload}. */
    @Value.Default
    default Object payload() {
        return new UnknownPayload(type(), payloadJson());
    }

    /** When the service committed the event, to the millisecond; never before the event it follows. */
    Instant createdAt();

    /** The key under which a repeated append returns this event, if its author gave one. */
    Optional<String> idempotencyKey();

    /** What the author put beside the payload, an object; treat it as read-only. */
    Optional<JsonNode> metadata();

    /** Where the event came from, if a processor appended it and said so. */
    @Value.Lazy
    default Optional<Provenance> provenance() {
        return metadata().flatMap(Provenance::of);
    }

    /** The same event with its payload decoded by {@code catalog}. */
    default Event decodedBy(EventCatalog catalog) {
        Object decoded = catalog.decode(type(), payloadJson());
        return decoded.equals(payload())
                ? this
                : builder().from(this).payload(decoded).build();
    }

    /**
     * Checks the invariants of a built event.
     *
     * @throws IllegalArgumentException when the offset is not positive
     */
    @Value.Check
    default void check() {
        if (offset() < 1) {
            throw new IllegalArgumentException("offset must be positive, got " + offset());
        }
    }

    /** A new builder. */
    static Builder builder() {
        return new Builder();
    }

    /** Builds events; tests and transports need it, processors do not. */
    class Builder extends ImmutableEvent.Builder {
        Builder() {}
    }
}
