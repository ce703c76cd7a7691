package dev.millrace.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * The origin of an event: which processor appended it, in reaction to which event, after how many reactions. It is sent
 * as {@code metadata.millrace}. Any caller may write it, so use it for explanations and limits, never for
 * authorisation.
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

    /** The provenance in an event's metadata; empty if there is none, or if it is not well-formed. */
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

    /** This provenance as event metadata, added to {@code others}. */
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
