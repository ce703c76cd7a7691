package dev.millrace.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * Which processor appended an event, in reaction to which other event, and how long the chain of reactions behind it
 * is. It travels as {@code metadata.millrace}. Anyone may write it, so it explains and limits; it never authorises.
 *
 * @param processor the slug of the processor
 * @param version the version of the processor
 * @param sourcePath the stream of the event it reacted to
 * @param sourceOffset the offset of that event
 * @param depth reactions since the last event from outside, which counts as 0
 * @param hops how many of those reactions crossed from one stream to another
 */
public record Provenance(String processor, int version, StreamPath sourcePath, long sourceOffset, int depth, int hops) {

    private static final String KEY = "millrace";

    /** Reads the provenance out of an event's metadata; empty when there is none or it is not well formed. */
    public static Optional<Provenance> of(JsonNode metadata) {
        JsonNode own = metadata.path(KEY);
        JsonNode source = own.path("source");
        JsonNode offset = source.path("offset");
        boolean wellFormed = own.path("processor").isTextual()
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
                    own.path("processor").textValue(),
                    own.path("version").intValue(),
                    StreamPath.of(source.path("path").textValue()),
                    offset.longValue(),
                    own.path("depth").intValue(),
                    own.path("hops").intValue()));
        } catch (IllegalArgumentException malformedPath) {
            return Optional.empty();
        }
    }

    private static boolean isCount(JsonNode number) {
        return number.isIntegralNumber() && number.canConvertToInt() && number.intValue() >= 0;
    }

    /** This provenance as event metadata, beside whatever {@code others} holds. */
    public ObjectNode asMetadata(Optional<JsonNode> others) {
        ObjectNode metadata = JsonNodeFactory.instance.objectNode();
        others.ifPresent(node -> node.properties().forEach(entry -> metadata.set(entry.getKey(), entry.getValue())));
        ObjectNode own = metadata.putObject(KEY);
        own.put("processor", processor);
        own.put("version", version);
        own.putObject("source").put("path", sourcePath.value()).put("offset", sourceOffset);
        own.put("depth", depth);
        own.put("hops", hops);
        return metadata;
    }
}
