package dev.millrace.core;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.internal.json.StoredEvent;
import java.time.Instant;
import java.util.Optional;
import org.immutables.value.Value;

/**
 * A stored event: one entry of a stream's log. Its identity is (project, path, offset); it never changes. A reducer
 * takes time only from {@link #createdAt()}.
 *
 * @since 0.1
 */
@Value.Immutable(copy = false)
@MillraceStyle
public interface Event {
    /** The stream ({@code streamPath} on the wire). */
    StreamPath path();

    /** The position in the stream, from 1, ascending. Do not rely on offsets without gaps. */
    long offset();

    /** The type as it was written; {@link BuiltInType#of(String)} knows all spellings of a built-in type. */
    String type();

    /** The payload object as JSON; a text if it cannot be decoded, see {@link JsonCodec#readEvent}. Read-only. */
    JsonNode payloadJson();

    /**
     * The payload, decoded by the reader's catalog: an object of its class, {@link UnknownPayload} or {@link
     * MalformedPayload}.
     */
    @Value.Default
    default Object payload() {
        return EventCatalog.empty().decode(type(), payloadJson());
    }

    /** When the service stored the event, to the millisecond; never before the time of the previous event. */
    Instant createdAt();

    /** The key of the append, if it had one. A second append with this key returns this event. */
    Optional<String> idempotencyKey();

    /** Data that the author of the event added beside the payload: an object, read-only. */
    Optional<JsonNode> metadata();

    /** What the author of the event said about its origin: an object, read-only. Kept as given, not interpreted. */
    Optional<JsonNode> source();

    /** Which processor appended the event and why, if a processor did and the metadata say so. */
    @Value.Lazy
    default Optional<Provenance> provenance() {
        return metadata().flatMap(Provenance::of);
    }

    /** The same event with its payload decoded by {@code catalog}. Parses no JSON if the catalog does not read the type. */
    default Event decodedBy(EventCatalog catalog) {
        if (payload() instanceof UnknownPayload unknown && unknown.isLazy() && !catalog.reads(type())) {
            return this;
        }
        Object decoded = catalog.decode(type(), payloadJson());
        return decoded.equals(payload())
                ? this
                : builder().from(this).payload(decoded).build();
    }

    @Value.Check
    default void check() {
        if (offset() < 1) {
            throw new IllegalArgumentException("offset must be positive, got " + offset());
        }
    }

    static Builder builder() {
        return new Builder();
    }

    /** Builds events, for tests and transports; a processor does not need it. */
    class Builder extends ImmutableEvent.Builder {
        Builder() {}

        @Override
        public Event build() {
            return new StoredEvent(super.build());
        }
    }
}
