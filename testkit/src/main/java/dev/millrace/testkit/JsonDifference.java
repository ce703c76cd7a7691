package dev.millrace.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The first place where two JSON values differ. Numbers are compared by value, because how one is held in memory says
 * nothing about it; the order of an object's fields means nothing.
 *
 * @param path where, such as {@code $.history[3]}
 * @param left the JSON on the left, or "nothing"
 * @param right the JSON on the right, or "nothing"
 */
record JsonDifference(String path, String left, String right) {
    private static final int LONGEST = 200;
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_-]*");

    /** The first difference, or empty when they are equal. */
    static Optional<JsonDifference> between(JsonNode left, JsonNode right) {
        return between(left, right, "$");
    }

    private static Optional<JsonDifference> between(@Nullable JsonNode left, @Nullable JsonNode right, String path) {
        if (left == null || right == null) {
            return Optional.of(of(path, left, right));
        }
        if (left.isObject() && right.isObject()) {
            Set<String> names = new LinkedHashSet<>();
            left.fieldNames().forEachRemaining(names::add);
            right.fieldNames().forEachRemaining(names::add);
            for (String name : names) {
                String below = NAME.matcher(name).matches() ? path + "." + name : path + "[\"" + name + "\"]";
                Optional<JsonDifference> found = between(left.get(name), right.get(name), below);
                if (found.isPresent()) {
                    return found;
                }
            }
            return Optional.empty();
        }
        if (left.isArray() && right.isArray()) {
            for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
                Optional<JsonDifference> found = between(left.get(i), right.get(i), path + "[" + i + "]");
                if (found.isPresent()) {
                    return found;
                }
            }
            return Optional.empty();
        }
        return isSameValue(left, right) ? Optional.empty() : Optional.of(of(path, left, right));
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

    /** Bytes, and what is no number, are text by the time they are JSON. */
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

    @Override
    public String toString() {
        return path + ": " + left + " and " + right;
    }
}
