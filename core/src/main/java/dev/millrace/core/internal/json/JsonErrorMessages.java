package dev.millrace.core.internal.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Rewrites the error messages of the JSON library for people who write JSON. The library's texts name its own options
 * and classes. A message that no rule matches is kept, without class names.
 */
public final class JsonErrorMessages {
    private static final String UNEXPECTED = "Unexpected character (.*?)(?: in numeric value)?: ";

    private static final Map<Pattern, String> INTERNALS = patterns(
            "\\('(.{1,2})' \\(code [^)]*\\)\\)",
            "'$1'",
            "\\(\\(CTRL-CHAR, code (\\d+)\\)\\)",
            "the control character $1",
            ", from `[^`]*`",
            "",
            " ?\\((?:for \\w+ starting|start marker) at \\[Source.*?\\]\\)",
            "");

    private static final Map<Pattern, String> RULES = patterns(
            "(?:Unrecognized|Non-standard) token ('.*'): .*",
            "expected a value, got $1",
            UNEXPECTED + "expected a (?:valid )?value.*",
            "expected a value, got $1",
            UNEXPECTED + "was expecting a colon.*",
            "expected a colon after a name, got $1",
            UNEXPECTED + "was expecting double-quote.*",
            "expected a name in double quotes, got $1",
            UNEXPECTED + "was expecting comma.*",
            "expected a comma or the end, got $1",
            UNEXPECTED + "expected a hex-digit.*",
            "expected four hexadecimal digits, got $1",
            UNEXPECTED + "maybe a .*comment.*",
            "expected a value, got $1; JSON has no comments",
            UNEXPECTED + ".*plus sign.*",
            "expected a value, got $1",
            UNEXPECTED + "Decimal point.*",
            "expected a digit after the decimal point",
            "Unexpected end-of-input.*",
            "it ends too early",
            "Unexpected close marker ('.*'): no open.*",
            "$1 without its opening bracket",
            "Unexpected close marker ('.*'): expected ('.*').*",
            "expected $2, got $1",
            "Invalid numeric value: Leading zeroes.*",
            "a number must not have leading zeros",
            "Illegal unquoted character (?:\\((.*?)\\)|(.*?)): has to be.*",
            "$1$2 in a text must be escaped",
            "Illegal character (?:\\((.*?)\\)|(.*?)): only regular.*",
            "expected a value, got $1$2",
            "Unrecognized character escape ('.{1,2}') .*",
            "$1 must not follow a backslash",
            "Trailing token .*",
            "expected the end, got more text after the value");

    private static final Pattern PACKAGE = Pattern.compile("\\b(?:[a-z]\\w*\\.)+(?=[A-Z])");

    private JsonErrorMessages() {}

    public static String of(JsonProcessingException e) {
        String message = String.valueOf(e.getOriginalMessage());
        for (Map.Entry<Pattern, String> internal : INTERNALS.entrySet()) {
            message = internal.getKey().matcher(message).replaceAll(internal.getValue());
        }
        for (Map.Entry<Pattern, String> rule : RULES.entrySet()) {
            Matcher matcher = rule.getKey().matcher(message);
            if (matcher.matches()) {
                return matcher.replaceAll(rule.getValue());
            }
        }
        if (e instanceof JsonMappingException mapping) {
            String words = message;
            return MismatchMessages.of(mapping)
                    .orElseGet(() -> PACKAGE.matcher(words).replaceAll(""));
        }
        return message;
    }

    /** What is wrong with a value that a class could not be read from; what a constructor threw, in its own words. */
    public static String problemOf(IOException e) {
        if (e instanceof ValueInstantiationException && e.getCause() != null) {
            return String.valueOf(e.getCause().getMessage());
        }
        return e instanceof JsonProcessingException json ? of(json) : String.valueOf(e.getMessage());
    }

    /** The field that does not fit, with a colon after it; empty if the whole value does not. */
    public static String fieldOf(IOException e) {
        return e instanceof JsonProcessingException json ? field(json) : "";
    }

    public static String explain(IOException e) {
        if (e instanceof JsonProcessingException json) {
            String message = field(json) + of(json);
            return json.getLocation() == null || json.getLocation().getLineNr() < 0
                    ? message
                    : message + " (line " + json.getLocation().getLineNr() + ", column "
                            + json.getLocation().getColumnNr() + ")";
        }
        return String.valueOf(e.getMessage());
    }

    /** Where in the value it does not fit, for example {@code items[2].name: }; empty for a failure of syntax. */
    private static String field(JsonProcessingException e) {
        if (!(e instanceof JsonMappingException mapping) || mapping.getPath().isEmpty()) {
            return "";
        }
        return mapping.getPath().stream()
                        .map(step ->
                                step.getFieldName() == null ? "[" + step.getIndex() + "]" : "." + step.getFieldName())
                        .collect(Collectors.joining())
                        .replaceFirst("^\\.", "")
                + ": ";
    }

    private static Map<Pattern, String> patterns(String... pairs) {
        Map<Pattern, String> patterns = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            patterns.put(Pattern.compile(pairs[i], Pattern.DOTALL), pairs[i + 1]);
        }
        return patterns;
    }
}
