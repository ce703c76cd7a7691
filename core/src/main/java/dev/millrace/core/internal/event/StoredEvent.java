package dev.millrace.core.internal.event;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.Provenance;
import dev.millrace.core.StreamPath;
import dev.millrace.core.UnknownPayload;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An event as this library makes it. What it has to parse or to decode, it does at the first use. Thread-safe. */
public final class StoredEvent implements Event {
    private final StreamPath path;
    private final long offset;
    private final String type;
    private final Instant createdAt;
    private final Optional<String> idempotencyKey;
    private final EventContent content;
    private final boolean isDecoded;
    private final @Nullable StoredEvent undecoded; // stays in memory with this one, so that others get it too
    private volatile @Nullable Object payload;
    private volatile @Nullable Origin origin;

    /** The provenance, once it was looked for. */
    private record Origin(Optional<Provenance> provenance) {}

    /**
     * Creates an event.
     *
     * @param payload the decoded payload; null if no catalog decoded it
     * @throws IllegalArgumentException if the offset is not positive
     */
    public StoredEvent(
            StreamPath path,
            long offset,
            String type,
            Instant createdAt,
            Optional<String> idempotencyKey,
            EventContent content,
            @Nullable Object payload) {
        if (offset < 1) {
            throw new IllegalArgumentException("offset must be positive, got " + offset);
        }
        this.path = path;
        this.offset = offset;
        this.type = type;
        this.createdAt = createdAt;
        this.idempotencyKey = idempotencyKey;
        this.content = content;
        this.isDecoded = payload != null;
        this.undecoded = null;
        this.payload = payload;
    }

    private StoredEvent(StoredEvent undecoded, Object payload) {
        this.path = undecoded.path;
        this.offset = undecoded.offset;
        this.type = undecoded.type;
        this.createdAt = undecoded.createdAt;
        this.idempotencyKey = undecoded.idempotencyKey;
        this.content = undecoded.content;
        this.isDecoded = true;
        this.undecoded = undecoded;
        this.payload = payload;
    }

    @Override
    public StreamPath path() {
        return path;
    }

    @Override
    public long offset() {
        return offset;
    }

    @Override
    public String type() {
        return type;
    }

    @Override
    public JsonNode payloadJson() {
        return content.payload();
    }

    @Override
    public Object payload() {
        Object known = payload;
        if (known == null) {
            known = content.isParsed() ? Event.super.payload() : new UnknownPayload(type, content::payload);
            payload = known;
        }
        return known;
    }

    @Override
    public Instant createdAt() {
        return createdAt;
    }

    @Override
    public Optional<String> idempotencyKey() {
        return idempotencyKey;
    }

    @Override
    public Optional<JsonNode> metadata() {
        return content.metadata();
    }

    @Override
    public Optional<JsonNode> source() {
        return content.source();
    }

    @Override
    public Optional<Provenance> provenance() {
        Origin known = origin;
        if (known == null) {
            known = new Origin(Event.super.provenance());
            origin = known;
        }
        return known.provenance;
    }

    /** Parses nothing if the catalog does not read the type. */
    @Override
    public Event decodedBy(EventCatalog catalog) {
        if (!isDecoded && !catalog.reads(type)) {
            return this;
        }
        Object decoded = catalog.decode(type, payloadJson());
        return decoded.equals(payload()) ? this : new StoredEvent(undecoded == null ? this : undecoded, decoded);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof StoredEvent that
                        && offset == that.offset
                        && path.equals(that.path)
                        && type.equals(that.type)
                        && createdAt.equals(that.createdAt)
                        && idempotencyKey.equals(that.idempotencyKey)
                        && payloadJson().equals(that.payloadJson())
                        && payload().equals(that.payload())
                        && metadata().equals(that.metadata())
                        && source().equals(that.source()));
    }

    @Override
    public int hashCode() {
        return 31 * path.hashCode() + Long.hashCode(offset);
    }

    @Override
    public String toString() {
        return "Event{path=" + path + ", offset=" + offset + ", type=" + type + ", payloadJson=" + payloadJson()
                + ", payload=" + payload() + ", createdAt=" + createdAt
                + idempotencyKey.map(key -> ", idempotencyKey=" + key).orElse("")
                + metadata().map(json -> ", metadata=" + json).orElse("")
                + source().map(json -> ", source=" + json).orElse("") + "}";
    }
}
