package dev.millrace.core;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.internal.event.EventContent;
import dev.millrace.core.internal.event.StoredEvent;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A stored event: one entry of a stream's log. Its identity is (project, path, offset); it never changes. A reducer
 * takes time only from {@link #createdAt()}.
 *
 * @since 0.1
 */
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

    static Builder builder() {
        return new Builder();
    }

    /** Builds events, for tests and transports; a processor does not need it. */
    class Builder {
        private @Nullable StreamPath path;
        private @Nullable Long offset;
        private @Nullable String type;
        private @Nullable JsonNode payloadJson;
        private @Nullable Object payload;
        private @Nullable Instant createdAt;
        private Optional<String> idempotencyKey = Optional.empty();
        private Optional<JsonNode> metadata = Optional.empty();
        private Optional<JsonNode> source = Optional.empty();

        Builder() {}

        public final Builder from(Event event) {
            return path(event.path())
                    .offset(event.offset())
                    .type(event.type())
                    .payloadJson(event.payloadJson())
                    .payload(event.payload())
                    .createdAt(event.createdAt())
                    .idempotencyKey(event.idempotencyKey())
                    .metadata(event.metadata())
                    .source(event.source());
        }

        public final Builder path(StreamPath value) {
            path = Objects.requireNonNull(value, "path");
            return this;
        }

        public final Builder offset(long value) {
            offset = value;
            return this;
        }

        public final Builder type(String value) {
            type = Objects.requireNonNull(value, "type");
            return this;
        }

        public final Builder payloadJson(JsonNode value) {
            payloadJson = Objects.requireNonNull(value, "payloadJson");
            return this;
        }

        public final Builder payload(Object value) {
            payload = Objects.requireNonNull(value, "payload");
            return this;
        }

        public final Builder createdAt(Instant value) {
            createdAt = Objects.requireNonNull(value, "createdAt");
            return this;
        }

        public final Builder idempotencyKey(String value) {
            return idempotencyKey(Optional.of(value));
        }

        public final Builder idempotencyKey(Optional<String> value) {
            idempotencyKey = value;
            return this;
        }

        public final Builder metadata(JsonNode value) {
            return metadata(Optional.of(value));
        }

        public final Builder metadata(Optional<? extends JsonNode> value) {
            metadata = value.map(json -> json);
            return this;
        }

        public final Builder source(JsonNode value) {
            return source(Optional.of(value));
        }

        public final Builder source(Optional<? extends JsonNode> value) {
            source = value.map(json -> json);
            return this;
        }

        /**
         * The event.
         *
         * @throws IllegalStateException if path, offset, type, payload JSON or time is not set
         * @throws IllegalArgumentException if the offset is not positive
         */
        public Event build() {
            EventContent content = new EventContent(set("payloadJson", payloadJson), metadata, source);
            return new StoredEvent(
                    set("path", path),
                    set("offset", offset),
                    set("type", type),
                    set("createdAt", createdAt),
                    idempotencyKey,
                    content,
                    payload);
        }

        private static <T> T set(String name, @Nullable T value) {
            if (value == null) {
                throw new IllegalStateException("cannot build an event: " + name + " is not set");
            }
            return value;
        }
    }
}
