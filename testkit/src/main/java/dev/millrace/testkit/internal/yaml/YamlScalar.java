package dev.millrace.testkit.internal.yaml;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.core.JsonCodec;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The rules for an unquoted YAML value: if it is JSON, it has JSON's meaning; otherwise it is text. Exception: if some
 * YAML reader does not read it as text, it is ambiguous and must be quoted.
 */
final class YamlScalar {
    private static final Pattern JSON_NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?");

    /** Numbers with an exponent; older readers need a point and a sign: 1.0e+3. */
    private static final Pattern EXPONENT_TO_ALL = Pattern.compile("-?(0|[1-9][0-9]*)\\.[0-9]+[eE][-+][0-9]+");

    private static final Pattern NUMBER_TO_SOME = Pattern.compile("[-+]?0[xX][0-9a-fA-F_]+"
            + "|[-+]?0[oO][0-7_]+"
            + "|[-+]?0[bB][01_]+"
            + "|[-+]?[0-9][0-9_]*(\\.[0-9_]*)?([eE][-+]?[0-9]*)?"
            + "|[-+]?\\.[0-9][0-9_]*([eE][-+]?[0-9]*)?"
            + "|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\\.[0-9_]*)?"
            + "|[-+]?\\.(?i:inf)|\\.(?i:nan)");
    private static final Map<String, String> WORDS_TO_SOME = Map.ofEntries(
            Map.entry("y", "true"),
            Map.entry("yes", "true"),
            Map.entry("on", "true"),
            Map.entry("true", "true"),
            Map.entry("n", "false"),
            Map.entry("no", "false"),
            Map.entry("off", "false"),
            Map.entry("false", "false"),
            Map.entry("null", "null"),
            Map.entry("~", "null"),
            Map.entry("", "null"));

    private YamlScalar() {}

    /** The value, or empty if it is ambiguous. */
    static Optional<JsonNode> meaning(String text) {
        return switch (text) {
            case "true" -> Optional.of(BooleanNode.TRUE);
            case "false" -> Optional.of(BooleanNode.FALSE);
            case "null" -> Optional.of(NullNode.instance);
            default -> {
                if (isNumberToAll(text)) {
                    yield Optional.of(JsonCodec.parse(text));
                }
                yield isAmbiguous(text) ? Optional.empty() : Optional.of(TextNode.valueOf(text));
            }
        };
    }

    static boolean isJsonNumber(String text) {
        return JSON_NUMBER.matcher(text).matches();
    }

    private static boolean isNumberToAll(String text) {
        boolean hasExponent = text.indexOf('e') >= 0 || text.indexOf('E') >= 0;
        return isJsonNumber(text)
                && (!hasExponent || EXPONENT_TO_ALL.matcher(text).matches());
    }

    /** Whether every YAML reader reads the unquoted text as this text. */
    static boolean isText(String text) {
        return !isJsonNumber(text) && !isAmbiguous(text);
    }

    private static boolean isAmbiguous(String text) {
        return WORDS_TO_SOME.containsKey(text.toLowerCase(Locale.ROOT))
                || NUMBER_TO_SOME.matcher(text).matches()
                || text.equals("<<")
                || text.equals("=");
    }

    /** The problem of an ambiguous value, and what to do. */
    static String explain(String text) {
        if (text.isEmpty()) {
            return "the value is missing, and some YAML readers take that for null; write null, or \"\" for the empty"
                    + " text";
        }
        String word = WORDS_TO_SOME.get(text.toLowerCase(Locale.ROOT));
        if (word != null) {
            return "'" + text + "' is ambiguous: some YAML readers take it for " + word + "; write \"" + text
                    + "\" for the text, or " + word;
        }
        if (isJsonNumber(text)) {
            return "'" + text + "' is ambiguous: some YAML readers take it for a number, and some for a text; write \""
                    + text + "\" for the text, or " + JsonCodec.yamlNumber(text) + " for the number";
        }
        String kind = NUMBER_TO_SOME.matcher(text).matches() ? "a number" : "an instruction";
        return "'" + text + "' is ambiguous: some YAML readers take it for " + kind + "; write \"" + text
                + "\" for the text" + (kind.equals("a number") ? ", or the number as JSON writes it" : "");
    }
}
