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
 * What an unquoted YAML value means. It means what JSON says, if it is JSON; otherwise it is text, unless some YAML
 * reader takes it for something else: then it is ambiguous, and whoever writes it has to say what it is.
 */
final class YamlScalar {
    private static final Pattern JSON_NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?");

    /** What newer readers take for a number, and older ones for a text unless it has a point and a sign: 1.0e+3. */
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

    /** The value, or empty when it is ambiguous. */
    static Optional<JsonNode> meaning(String text) {
        switch (text) {
            case "true":
                return Optional.of(BooleanNode.TRUE);
            case "false":
                return Optional.of(BooleanNode.FALSE);
            case "null":
                return Optional.of(NullNode.instance);
            default:
                if (isNumberToAll(text)) {
                    return Optional.of(JsonCodec.parse(text));
                }
                return isAmbiguous(text) ? Optional.empty() : Optional.of(TextNode.valueOf(text));
        }
    }

    /** Whether the text is a number as JSON writes numbers. */
    static boolean isJsonNumber(String text) {
        return JSON_NUMBER.matcher(text).matches();
    }

    private static boolean isNumberToAll(String text) {
        boolean hasExponent = text.indexOf('e') >= 0 || text.indexOf('E') >= 0;
        return isJsonNumber(text)
                && (!hasExponent || EXPONENT_TO_ALL.matcher(text).matches());
    }

    /** Whether the unquoted text would be read as this text by every reader. */
    static boolean isText(String text) {
        return !isJsonNumber(text) && !isAmbiguous(text);
    }

    private static boolean isAmbiguous(String text) {
        return WORDS_TO_SOME.containsKey(text.toLowerCase(Locale.ROOT))
                || NUMBER_TO_SOME.matcher(text).matches()
                || text.equals("<<")
                || text.equals("=");
    }

    /** What is wrong with an ambiguous value, and what to do. */
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
