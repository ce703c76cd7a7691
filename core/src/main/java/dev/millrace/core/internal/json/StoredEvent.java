package dev.millrace.core.internal.json;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import dev.millrace.core.Provenance;
import dev.millrace.core.StreamPath;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An event whose path, offset, type and time are known; the rest may be read at the first use, once. Events are equal by
 * value, whether they are read or not: a comparison reads them. Thread-safe.
 */
public final class StoredEvent implements Event {
    private final StreamPath path;
    private final long offset;
    private final String type;
    private final Instant createdAt;
    private final boolean mayHaveMetadata;
    private final Object payload;
    private @Nullable Supplier<Event> reader; // under the lock; null after the read, with the bytes that it holds
    private volatile @Nullable Event content;

    /** An event that is read already. */
    public StoredEvent(Event event) {
        this.path = event.path();
        this.offset = event.offset();
        this.type = event.type();
        this.createdAt = event.createdAt();
        this.mayHaveMetadata = true;
        this.payload = event.payload();
        this.content = event;
    }

    /**
     * An event that is read later.
     *
     * @param mayHaveMetadata false if it certainly has no metadata, so that it is not read for them
     * @param reader returns the event, with this path, offset, type and time; called once at most
     * @param payload makes the decoded payload from the JSON of the payload, which it must not ask for
     */
    public StoredEvent(
            StreamPath path,
            long offset,
            String type,
            Instant createdAt,
            boolean mayHaveMetadata,
            Supplier<Event> reader,
            Function<Supplier<JsonNode>, Object> payload) {
        this.path = path;
        this.offset = offset;
        this.type = type;
        this.createdAt = createdAt;
        this.mayHaveMetadata = mayHaveMetadata;
        this.reader = reader;
        this.payload = payload.apply(this::payloadJson);
    }

    private Event content() {
        Event known = content;
        return known == null ? read() : known;
    }

    private synchronized Event read() {
        Event known = content;
        if (known == null) {
            known = Objects.requireNonNull(reader).get();
            content = known;
            reader = null;
        }
        return known;
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
    public Instant createdAt() {
        return createdAt;
    }

    @Override
    public Object payload() {
        return payload;
    }

    @Override
    public JsonNode payloadJson() {
        return content().payloadJson();
    }

    @Override
    public Optional<String> idempotencyKey() {
        return content().idempotencyKey();
    }

    @Override
    public Optional<JsonNode> metadata() {
        return mayHaveMetadata ? content().metadata() : Optional.empty();
    }

    @Override
    public Optional<JsonNode> source() {
        return content().source();
    }

    @Override
    public Optional<Provenance> provenance() {
        return mayHaveMetadata ? content().provenance() : Optional.empty();
    }

    /** The event as it was built. */
    private Event built() {
        return content() instanceof StoredEvent stored ? stored.built() : content();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof StoredEvent that && offset == that.offset && built().equals(that.built());
    }

    @Override
    public int hashCode() {
        return built().hashCode();
    }

    @Override
    public String toString() {
        return built().toString();
    }
}
