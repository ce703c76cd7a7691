package dev.millrace.processors.jsonata;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import java.util.Optional;

/** Reads and writes {@code metadata.jsonata}: the transformer of a derived event and the length of its chain. */
final class DerivationMetadata {
    private static final String KEY = "jsonata";

    private DerivationMetadata() {}

    /** The length of the chain of derivations up to this event; 0 if it is not a derived event. */
    static int depth(Event event) {
        return event.metadata()
                .map(metadata -> metadata.path(KEY).path("depth"))
                .filter(depth -> isOurs(event) && depth.isIntegralNumber() && depth.canConvertToInt())
                .map(depth -> Math.max(0, depth.intValue()))
                .orElse(0);
    }

    /** Whether this processor appended the event about itself: a failure, or the pause that ends a loop. */
    static boolean isNotice(Event event) {
        return isOurs(event)
                && event.metadata()
                        .filter(metadata -> metadata.path(KEY).isObject())
                        .isEmpty();
    }

    /** The event with the metadata of a derived one, whose source has this depth. */
    static EventInput derived(EventInput input, String transformer, int sourceDepth) {
        ObjectNode metadata = JsonNodeFactory.instance.objectNode();
        input.metadata()
                .ifPresent(given -> given.properties().forEach(each -> metadata.set(each.getKey(), each.getValue())));
        metadata.putObject(KEY).put("transformer", transformer).put("depth", sourceDepth + 1);
        return EventInput.builder().from(input).metadata(Optional.of(metadata)).build();
    }

    private static boolean isOurs(Event event) {
        return event.provenance()
                .filter(origin -> origin.processor().equals(JsonataTransformer.SLUG))
                .isPresent();
    }
}
