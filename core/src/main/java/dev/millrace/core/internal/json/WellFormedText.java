package dev.millrace.core.internal.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;

/** Replaces half surrogate pairs, as {@code String.prototype.toWellFormed} of JavaScript does. */
public final class WellFormedText {
    private static final int REPLACEMENT = 0xFFFD;

    private WellFormedText() {}

    /** The same object if it is well-formed. */
    public static String of(String text) {
        if (isWellFormed(text)) {
            return text;
        }
        StringBuilder whole = new StringBuilder(text.length());
        text.codePoints().forEach(point -> whole.appendCodePoint(isHalf(point) ? REPLACEMENT : point));
        return whole.toString();
    }

    /** The same object if all its texts and names are well-formed. */
    public static JsonNode of(JsonNode json) {
        return isWellFormed(json) ? json : copy(json);
    }

    private static boolean isHalf(int point) {
        return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
    }

    private static boolean isWellFormed(String text) {
        return text.codePoints().noneMatch(WellFormedText::isHalf);
    }

    private static boolean isWellFormed(JsonNode json) {
        if (json.isTextual()) {
            return isWellFormed(json.textValue());
        }
        if (json.isObject()) {
            return json.properties().stream()
                    .allMatch(field -> isWellFormed(field.getKey()) && isWellFormed(field.getValue()));
        }
        for (JsonNode element : json) {
            if (!isWellFormed(element)) {
                return false;
            }
        }
        return true;
    }

    private static JsonNode copy(JsonNode json) {
        if (json.isTextual()) {
            return TextNode.valueOf(of(json.textValue()));
        }
        if (json.isObject()) {
            ObjectNode object = JsonNodeFactory.instance.objectNode();
            json.properties().forEach(field -> object.set(of(field.getKey()), copy(field.getValue())));
            return object;
        }
        if (json.isArray()) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode();
            json.forEach(element -> array.add(copy(element)));
            return array;
        }
        return json;
    }
}
