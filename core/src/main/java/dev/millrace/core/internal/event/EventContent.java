package dev.millrace.core.internal.event;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Payload, metadata and source of an event, which may be parsed when they are first needed, once. Thread-safe. */
public final class EventContent {
    private record Parsed(JsonNode payload, Optional<JsonNode> metadata, Optional<JsonNode> source) {}

    private final boolean hasMetadata;
    private @Nullable Supplier<Event> parser; // under the lock
    private volatile @Nullable Parsed parsed;

    /** The content of JSON that is parsed already. */
    public EventContent(JsonNode payload, Optional<JsonNode> metadata, Optional<JsonNode> source) {
        this.hasMetadata = metadata.isPresent();
        this.parsed = new Parsed(payload, metadata, source);
    }

    /** The content of JSON that is parsed later; {@code parser} does it, and does not throw. */
    public EventContent(byte[] json, Supplier<Event> parser) {
        this.hasMetadata = new String(json, StandardCharsets.ISO_8859_1).contains("\"metadata\"");
        this.parser = parser;
    }

    boolean isParsed() {
        return parsed != null;
    }

    JsonNode payload() {
        return parsed().payload;
    }

    /** Nothing is parsed if there are none. */
    Optional<JsonNode> metadata() {
        return hasMetadata ? parsed().metadata : Optional.empty();
    }

    Optional<JsonNode> source() {
        return parsed().source;
    }

    private Parsed parsed() {
        Parsed known = parsed;
        return known != null ? known : parse();
    }

    private synchronized Parsed parse() {
        Parsed known = parsed;
        if (known == null && parser != null) {
            Event event = parser.get();
            known = new Parsed(event.payloadJson(), event.metadata(), event.source());
            parsed = known;
            parser = null; // with the bytes
        }
        if (known == null) {
            throw new IllegalStateException("no content"); // parser and result are never both missing
        }
        return known;
    }
}
