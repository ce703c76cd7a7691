package dev.millrace.scriptedmodel;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import java.util.regex.Pattern;

/** Rules for single fields of a request of OpenAI or Open Responses, in the words of OpenAI. */
final class FieldRules {
    /** OpenAI, and the Open Responses schema: the name of a function. */
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]+");

    private static final int LONGEST_NAME = 64;

    private FieldRules() {}

    /** A field that is absent or null. */
    static boolean absent(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }

    static String string(JsonNode node, String param) {
        if (absent(node)) {
            throw RequestRefusal.missing(param);
        }
        if (!node.isTextual()) {
            throw RequestRefusal.type(param, "a string", node);
        }
        return node.textValue();
    }

    /** A string with 1 to {@code longest} characters. */
    static String bounded(JsonNode node, String param, int longest) {
        String value = string(node, param);
        if (value.isEmpty()) {
            throw RequestRefusal.of(
                    "empty_string",
                    param,
                    "Invalid '" + param
                            + "': empty string. Expected a string with minimum length 1, but got an empty string instead.");
        }
        if (value.length() > longest) {
            throw RequestRefusal.of(
                    "string_above_max_length",
                    param,
                    "Invalid '" + param + "': string too long. Expected a string with maximum length " + longest
                            + ", but got a string with length " + value.length() + " instead.");
        }
        return value;
    }

    /** An array, if the field is there. */
    static void array(JsonNode node, String param) {
        if (!absent(node) && !node.isArray()) {
            throw RequestRefusal.type(param, "an array of objects", node);
        }
    }

    /** The name of a function or tool. */
    static void name(JsonNode node, String param) {
        if (!NAME.matcher(bounded(node, param, LONGEST_NAME)).matches()) {
            throw RequestRefusal.of(
                    "invalid_value",
                    param,
                    "Invalid '" + param + "': string does not match pattern. Expected a string that matches the pattern"
                            + " '^[a-zA-Z0-9_-]+$'.");
        }
    }

    /** OpenAI and the Open Responses schema: no field besides these. */
    static void onlyKnown(JsonNode body, Set<String> known, boolean chat) {
        body.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                throw chat
                        ? RequestRefusal.of(
                                "unknown_parameter", name, "Unrecognized request argument supplied: " + name)
                        : RequestRefusal.unknown(name);
            }
        });
    }
}
