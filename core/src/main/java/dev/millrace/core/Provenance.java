package dev.millrace.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * The origin of an event: which processor appended it, in reaction to which event, after how many reactions. It is sent
 * as {@code metadata.millrace}. If a caller without the operation {@code process} sends it, the service stores it as
 * {@code metadata.millrace.claimed}, and it does not count.
 *
 * @param processor the slug of the processor
 * @param version the version of the processor
 * @param sourcePath the stream of the event it reacted to
 * @param sourceOffset the offset of that event
 * @param depth the number of reactions since the last event from outside, which has 0
 * @param hops how many of these reactions went from one stream to another
 * @since 0.1
 */
public record Provenance(String processor, int version, StreamPath sourcePath, long sourceOffset, int depth, int hops) {
    private static final String KEY = "millrace";
    private static final String PROCESSOR = "processor";
    private static final String CLAIMED = "claimed";
    private static final String FOREIGN_KEY = "foreignKey";

    /** The provenance in an event's metadata; empty if there is none, or if it is not well-formed. */
    public static Optional<Provenance> of(JsonNode metadata) {
        JsonNode own = metadata.path(KEY);
        JsonNode source = own.path("source");
        JsonNode offset = source.path("offset");
        boolean wellFormed = own.path(PROCESSOR).isTextual()
                && source.path("path").isTextual()
                && offset.isIntegralNumber()
                && offset.canConvertToLong()
                && offset.longValue() > 0
                && isCount(own.path("version"))
                && isCount(own.path("depth"))
                && isCount(own.path("hops"));
        if (!wellFormed) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Provenance(
                    own.path(PROCESSOR).textValue(),
                    own.path("version").intValue(),
                    StreamPath.of(source.path("path").textValue()),
                    offset.longValue(),
                    own.path("depth").intValue(),
                    own.path("hops").intValue()));
        } catch (IllegalArgumentException malformedPath) {
            return Optional.empty();
        }
    }

    /**
     * The slug of the processor that appended an event with these metadata. Claims of leases and saved progress have a
     * slug, but no other provenance.
     */
    public static Optional<String> processorOf(JsonNode metadata) {
        return Optional.ofNullable(metadata.path(KEY).path(PROCESSOR).textValue());
    }

    /**
     * Says in the metadata of a processor's event that its idempotency key comes from outside, for example from a
     * script; see {@link dev.millrace.core.processor.EventDraft#withForeignKey}.
     */
    public static void markForeignKey(ObjectNode metadata) {
        metadata.withObject("/" + KEY).put(FOREIGN_KEY, true);
    }

    /** Whether these metadata say that the idempotency key comes from outside. */
    public static boolean hasForeignKey(JsonNode metadata) {
        return metadata.path(KEY).path(FOREIGN_KEY).asBoolean();
    }

    /** Metadata that name only a processor, added to {@code others}. */
    public static ObjectNode metadataOf(String processor, Optional<JsonNode> others) {
        ObjectNode metadata = copy(others);
        metadata.putObject(KEY).put(PROCESSOR, processor);
        return metadata;
    }

    /** Whether the service moved provenance of these metadata away, because the caller may not {@code process}. */
    public static boolean isClaimed(JsonNode metadata) {
        return metadata.path(KEY).has(CLAIMED);
    }

    /**
     * The metadata as the service stores them for a caller that may not {@code process}: the object {@code millrace} is
     * moved to {@code millrace.claimed}, in place of the one there.
     */
    public static JsonNode claimed(JsonNode metadata) {
        if (!metadata.has(KEY)) {
            return metadata;
        }
        JsonNode sent = metadata.path(KEY);
        ObjectNode moved = copy(Optional.of(metadata));
        if (sent instanceof ObjectNode object) {
            ObjectNode others = object.deepCopy();
            JsonNode before = others.remove(CLAIMED);
            sent = others.isEmpty() && before != null ? before : others;
        }
        moved.remove(KEY);
        moved.putObject(KEY).set(CLAIMED, sent);
        return moved;
    }

    private static ObjectNode copy(Optional<JsonNode> others) {
        ObjectNode metadata = JsonNodeFactory.instance.objectNode();
        others.ifPresent(node -> node.properties().forEach(entry -> metadata.set(entry.getKey(), entry.getValue())));
        return metadata;
    }

    private static boolean isCount(JsonNode number) {
        return number.isIntegralNumber() && number.canConvertToInt() && number.intValue() >= 0;
    }

    /** This provenance as event metadata, added to {@code others}. */
    public ObjectNode asMetadata(Optional<JsonNode> others) {
        ObjectNode metadata = copy(others);
        ObjectNode own = metadata.putObject(KEY);
        own.put(PROCESSOR, processor);
        own.put("version", version);
        own.putObject("source").put("path", sourcePath.value()).put("offset", sourceOffset);
        own.put("depth", depth);
        own.put("hops", hops);
        return metadata;
    }
}
