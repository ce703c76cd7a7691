package dev.millrace.core.hosting;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;

/**
 * The slice of a standard processor in the state of a stream: the fields that other services of the protocol have too,
 * and all others under {@value #OWN}. Use it in {@link ProcessorProvider#stateSlice}.
 *
 * @since 0.1
 */
public final class StateSlice {
    /** The field for what only Millrace has. */
    public static final String OWN = "millrace";

    private StateSlice() {}

    /**
     * A new object with the shared fields of another one, and all others under {@value #OWN}.
     *
     * @param shared the names of the fields that other services have
     */
    public static ObjectNode of(JsonNode object, Set<String> shared) {
        ObjectNode slice = JsonNodeFactory.instance.objectNode();
        ObjectNode own = JsonNodeFactory.instance.objectNode();
        object.properties()
                .forEach(
                        field -> (shared.contains(field.getKey()) ? slice : own).set(field.getKey(), field.getValue()));
        if (!own.isEmpty()) {
            slice.set(OWN, own);
        }
        return slice;
    }

    /**
     * A new object whose field {@code map} has objects with only their shared fields. Their other fields are in the
     * field {@code map} of {@value #OWN}, under the same keys.
     */
    public static ObjectNode ofMap(JsonNode state, String map, Set<String> shared) {
        ObjectNode slice = JsonNodeFactory.instance.objectNode();
        slice.setAll((ObjectNode) state);
        ObjectNode entries = JsonNodeFactory.instance.objectNode();
        ObjectNode own = JsonNodeFactory.instance.objectNode();
        state.path(map).properties().forEach(entry -> {
            ObjectNode split = of(entry.getValue(), shared);
            JsonNode rest = split.remove(OWN);
            if (rest != null) {
                own.set(entry.getKey(), rest);
            }
            entries.set(entry.getKey(), split);
        });
        slice.set(map, entries);
        if (!own.isEmpty()) {
            slice.putObject(OWN).set(map, own);
        }
        return slice;
    }
}
