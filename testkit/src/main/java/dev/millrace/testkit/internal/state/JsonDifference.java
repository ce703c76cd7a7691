package dev.millrace.testkit.internal.state;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A place where two JSON values differ. Numbers are compared by value, and the order of an object's fields is ignored.
 *
 * @param path the place, for example {@code $.history[3]}
 * @param left the JSON on the left, or "nothing"
 * @param right the JSON on the right, or "nothing"
 */
public record JsonDifference(String path, String left, String right) {
    private static final int LONGEST = 200;
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]*");

    /** The first difference, or empty if the values are equal. */
    public static Optional<JsonDifference> between(JsonNode left, JsonNode right) {
        List<JsonDifference> found = new ArrayList<>(1);
        collect(left, right, "$", 1, found);
        return found.stream().findFirst();
    }

    /** All differences, in the order of the left side's fields. */
    public static List<JsonDifference> all(JsonNode left, JsonNode right) {
        List<JsonDifference> found = new ArrayList<>();
        collect(left, right, "$", Integer.MAX_VALUE, found);
        return List.copyOf(found);
    }

    private static void collect(
            @Nullable JsonNode left, @Nullable JsonNode right, String path, int most, List<JsonDifference> found) {
        if (left == null || right == null) {
            found.add(of(path, left, right));
        } else if (left.isObject() && right.isObject()) {
            Set<String> names = new LinkedHashSet<>();
            left.fieldNames().forEachRemaining(names::add);
            right.fieldNames().forEachRemaining(names::add);
            for (String name : names) {
                if (found.size() >= most) {
                    return;
                }
                String below = NAME.matcher(name).matches() ? path + "." + name : path + "[\"" + name + "\"]";
                collect(left.get(name), right.get(name), below, most, found);
            }
        } else if (left.isArray() && right.isArray()) {
            for (int i = 0; i < Math.max(left.size(), right.size()) && found.size() < most; i++) {
                collect(left.get(i), right.get(i), path + "[" + i + "]", most, found);
            }
        } else if (!isSameValue(left, right)) {
            found.add(of(path, left, right));
        }
    }

    private static boolean isSameValue(JsonNode left, JsonNode right) {
        if (isFinite(left) && isFinite(right)) {
            return left.decimalValue().compareTo(right.decimalValue()) == 0;
        }
        if (isWritten(left) && isWritten(right)) {
            return left.asText().equals(right.asText());
        }
        return left.equals(right);
    }

    private static boolean isFinite(JsonNode node) {
        return node.isNumber() && ((!node.isDouble() && !node.isFloat()) || Double.isFinite(node.doubleValue()));
    }

    /** Whether JSON has a text for this value: texts, bytes, infinities and NaN. */
    private static boolean isWritten(JsonNode node) {
        return node.isTextual() || node.isBinary() || (node.isNumber() && !isFinite(node));
    }

    private static JsonDifference of(String path, @Nullable JsonNode left, @Nullable JsonNode right) {
        return new JsonDifference(path, shorten(left), shorten(right));
    }

    private static String shorten(@Nullable JsonNode node) {
        if (node == null) {
            return "nothing";
        }
        String text = node.toString();
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST - 1) + "…";
    }

    /** The difference as a change from left to right. */
    public String asChange() {
        return path + ": " + left + " -> " + right;
    }

    @Override
    public String toString() {
        return path + ": " + left + " and " + right;
    }
}
