package dev.millrace.processors.jsonata;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import java.util.Optional;

/** Where a derived event says which transformer made it, and how many stand behind it: {@code metadata.jsonata}. */
final class DerivationMetadata {
    private static final String KEY = "jsonata";

    private DerivationMetadata() {}

    /** How many transformers in a row led to this event; 0 when it is not a derived one. */
    static int depth(Event event) {
        return event.metadata()
                .map(metadata -> metadata.path(KEY).path("depth"))
                .filter(depth -> isOurs(event) && depth.isIntegralNumber() && depth.canConvertToInt())
                .map(depth -> Math.max(0, depth.intValue()))
                .orElse(0);
    }

    /** Whether the transformer wrote this event about itself: a failure, or the pause that ends a loop. */
    static boolean isNotice(Event event) {
        return isOurs(event)
                && event.metadata()
                        .filter(metadata -> metadata.path(KEY).isObject())
                        .isEmpty();
    }

    /** The event as derived by a transformer from one of that depth. */
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
