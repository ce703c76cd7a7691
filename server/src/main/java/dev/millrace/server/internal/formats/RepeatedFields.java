package dev.millrace.server.internal.formats;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Fields that can come several times: one value is written as it is, several as a list. */
public final class RepeatedFields {
    private RepeatedFields() {}

    /** Adds a value to a field of an object. The value is not a list itself. */
    public static void add(ObjectNode to, String name, JsonNode value) {
        JsonNode before = to.get(name);
        if (before == null) {
            to.set(name, value);
        } else if (before instanceof ArrayNode list) {
            list.add(value);
        } else {
            to.putArray(name).add(before).add(value);
        }
    }
}
