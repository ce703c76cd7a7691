package dev.millrace.testkit.internal.state;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** Tells whether two JSON values have the same parts in another order. */
public final class JsonOrder {
    private JsonOrder() {}

    /**
     * Whether two values that differ become equal if the items of all arrays, and the characters of all texts, are
     * sorted. A text counts because many reducers write a collection as one.
     */
    public static boolean isTheOnlyDifference(JsonNode left, JsonNode right) {
        return sorted(left).equals(sorted(right));
    }

    private static String sorted(JsonNode value) {
        if (value.isArray()) {
            List<String> items = StreamSupport.stream(value.spliterator(), false)
                    .map(JsonOrder::sorted)
                    .sorted()
                    .toList();
            return items.toString();
        }
        if (value.isObject()) {
            Map<String, String> fields = new TreeMap<>();
            value.properties().forEach(field -> fields.put(field.getKey(), sorted(field.getValue())));
            return fields.toString();
        }
        if (value.isTextual()) {
            return value.textValue()
                    .codePoints()
                    .sorted()
                    .mapToObj(Character::toString)
                    .collect(Collectors.joining("", "\"", "\""));
        }
        return value.isNumber() ? value.decimalValue().stripTrailingZeros().toString() : value.toString();
    }
}
