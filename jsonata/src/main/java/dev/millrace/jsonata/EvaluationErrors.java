package dev.millrace.jsonata;

import com.dashjoin.jsonata.JException;
import java.time.DateTimeException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Error messages of limited length. */
final class EvaluationErrors {
    private static final int LONGEST = 200;
    private static final Pattern CAST = Pattern.compile("class (\\S+) cannot be cast to class (\\S+)");
    private static final Pattern ARGUMENT = Pattern.compile("Argument \"(\\d+)\" of .*\\$Lambda.*", Pattern.DOTALL);

    private EvaluationErrors() {}

    static String excerpt(String text) {
        return text.length() <= 80 ? text : text.substring(0, 77) + "...";
    }

    static String of(JException e) {
        String why = ARGUMENT.matcher(cut(e.getMessage())).replaceFirst("argument $1 of a function has the wrong type");
        return e.getLocation() < 0 ? why : why + " (position " + e.getLocation() + ")";
    }

    static String of(Throwable e) {
        Throwable root = e;
        for (int i = 0; i < 10 && root.getCause() != null; i++) {
            root = root.getCause();
        }
        if (root instanceof JException known) {
            return of(known);
        }
        Matcher cast = CAST.matcher(String.valueOf(root.getMessage()));
        if (root instanceof ClassCastException
                && cast.lookingAt()
                && !kind(cast.group(1)).equals(kind(cast.group(2)))) {
            return "got " + kind(cast.group(1)) + " where " + kind(cast.group(2)) + " is expected";
        }
        boolean speaksOfValues = root instanceof DateTimeException
                || root instanceof NumberFormatException
                || root.getClass().equals(RuntimeException.class);
        return speaksOfValues
                ? cut(root.getMessage())
                : "a function or an operator got a value of the wrong type, or no value";
    }

    /** The JSON type of a value that the evaluator stores in this class. */
    private static String kind(String type) {
        return switch (type.substring(type.lastIndexOf('.') + 1)) {
            case "String", "CharSequence" -> "a string";
            case "Number", "Integer", "Long", "Double", "BigInteger", "BigDecimal" -> "a number";
            case "Boolean" -> "a boolean";
            case "List", "ArrayList", "Collection" -> "an array";
            case "Map", "LinkedHashMap", "HashMap" -> "an object";
            default -> "something else";
        };
    }

    private static String cut(@Nullable String message) {
        String said = message == null ? "no reason given" : message;
        return said.length() <= LONGEST ? said : said.substring(0, LONGEST) + "...";
    }
}
