package dev.millrace.jsonata;

import com.dashjoin.jsonata.Functions;
import com.dashjoin.jsonata.JException;
import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The built-in functions of JSONata, as {@link GuardedFunction}s. Functions that can create large values are limited
 * here. Functions that do not depend on their arguments alone are replaced or refused. The others are the evaluator's
 * own.
 */
final class BuiltInFunctions {
    private static final double LATEST = 8.64e15;
    private static final GuardedFunction.Body OWN = (arguments, meter) -> GuardedFunction.PROCEED;
    private static final Map<String, GuardedFunction> ALL = new LinkedHashMap<>();

    static {
        numbers();
        texts();
        collections();
        moments();
    }

    private BuiltInFunctions() {}

    static Map<String, GuardedFunction> all() {
        return ALL;
    }

    private static void numbers() {
        own("sum <a<n>:n>", "max <a<n>:n>", "min <a<n>:n>", "average <a<n>:n>", "count <a:n>", "number <(nsb)-:n>");
        own("floor <n-:n>", "ceil <n-:n>", "sqrt <n-:n>", "power <n-n:n>", "formatBase <n-n?:s>");
        define(
                "abs",
                "<n-:n>",
                (arguments, meter) ->
                        arguments.at(0) instanceof BigDecimal exact ? exact.abs() : GuardedFunction.PROCEED);
        define("round", "<n-n?:n>", (arguments, meter) -> within("precision", arguments.whole(1), 400));
        define("formatNumber", "<n-so?:s>", (arguments, meter) -> picture(arguments, 1));
        define("formatInteger", "<n-s:s>", (arguments, meter) -> picture(arguments, 1));
        define("parseInteger", "<s-s:n>", (arguments, meter) -> {
            within("text", arguments.length(0), 1000);
            return picture(arguments, 1);
        });
        refuse("random", "<:n>");
    }

    private static void texts() {
        own("substringBefore <s-s:s>", "substringAfter <s-s:s>", "length <s-:n>", "trim <s-:s>");
        own("base64encode <s-:s>", "base64decode <s-:s>", "encodeUrlComponent <s-:s>", "encodeUrl <s-:s>");
        own("decodeUrlComponent <s-:s>", "decodeUrl <s-:s>");
        define("substring", "<s-nn?:s>", StringFunctions::substring);
        define("lowercase", "<s-:s>", StringFunctions::lowercase);
        define("uppercase", "<s-:s>", StringFunctions::uppercase);
        define("string", "<x-b?:s>", StringFunctions::string);
        define("pad", "<s-ns?:s>", StringFunctions::pad);
        define("join", "<a<s>s?:s>", StringFunctions::join);
        define("match", "<s-f<s:o>n?:a<o>>", StringSearchFunctions::match);
        define("contains", "<s-(sf):b>", StringSearchFunctions::contains);
        define("replace", "<s-(sf)(sf)n?:s>", StringSearchFunctions::replace);
        define("split", "<s-(sf)n?:a<s>>", StringSearchFunctions::split);
    }

    private static void collections() {
        define("boolean", "<x-:b>", "toBoolean", OWN);
        own("not <x-:b>", "map <af>", "zip <a+>", "filter <af>", "single <af?>", "sift <o-f?:o>", "keys <x-:a<s>>");
        define("reduce", "<afj?:j>", "foldLeft", OWN);
        own("lookup <x-s:x>", "append <xx:a>", "exists <x:b>", "spread <x-:a<o>>", "merge <a<o>:o>", "reverse <a:a>");
        own("each <o-f:a>", "error <s?:x>", "type <x:s>");
        define("sort", "<af?:a>", SortFunction::sort);
        define("assert", "<bs?:x>", "assertFn", OWN);
        define("clone", "<(oa)-:o>", "functionClone", OWN);
        define("distinct", "<x:x>", (arguments, meter) -> {
            if (arguments.at(0) instanceof List<?> list && list.size() > 10_000) {
                long containers = list.stream()
                        .filter(item -> item instanceof Map || item instanceof List)
                        .count();
                within("number of objects and arrays", (int) containers, 10_000);
            }
            return GuardedFunction.PROCEED;
        });
        refuse("shuffle", "<a:a>");
        define("eval", "<sx?:x>", "functionEval", (arguments, meter) -> refused("eval"));
    }

    private static void moments() {
        define("now", "<s?s?:s>", (arguments, meter) -> {
            checkPicture(arguments.text(0));
            checkZone(arguments.text(1));
            return Functions.dateTimeFromMillis(meter.now().toEpochMilli(), arguments.text(0), arguments.text(1));
        });
        define("millis", "<:n>", (arguments, meter) -> meter.now().toEpochMilli());
        define("fromMillis", "<n-s?s?:s>", "dateTimeFromMillis", (arguments, meter) -> {
            checkTime(arguments.at(0));
            checkZone(arguments.text(2));
            return picture(arguments, 1);
        });
        define("toMillis", "<s-s?:n>", "dateTimeToMillis", (arguments, meter) -> {
            within("text", arguments.length(0), 64);
            String picture = arguments.text(1);
            if (picture != null) {
                within("number of adjacent markers", PictureStringLimits.adjacent(picture), 5);
            }
            return picture(arguments, 1);
        });
    }

    /** The times that JavaScript has. */
    private static void checkTime(@Nullable Object millis) {
        if (millis instanceof Number number && Math.abs(number.doubleValue()) > LATEST) {
            throw new EvaluationException("a function's time is " + number + " ms (limit: " + (long) LATEST + ")");
        }
    }

    private static void checkZone(@Nullable String zone) {
        if (zone != null && !zone.matches("[+-]?[0-9]{4}")) {
            throw new EvaluationException(
                    "a function's time zone is '" + EvaluationErrors.excerpt(zone) + "'; write it as +HHMM or -HHMM");
        }
    }

    private static Object picture(FunctionArguments arguments, int index) {
        checkPicture(arguments.text(index));
        return GuardedFunction.PROCEED;
    }

    private static void checkPicture(@Nullable String picture) {
        if (picture != null) {
            within("picture", picture.length(), 256);
            within("width", PictureStringLimits.widest(picture), 999);
        }
    }

    private static Object within(String what, @Nullable Integer value, int most) {
        if (value != null && (value > most || value < -most)) {
            throw new EvaluationException("a function's " + what + " is " + value + " (limit: " + most + ")");
        }
        return GuardedFunction.PROCEED;
    }

    private static Object refused(String name) {
        throw new EvaluationException("$" + name + " is not available");
    }

    private static void refuse(String name, String signature) {
        define(name, signature, (arguments, meter) -> refused(name));
    }

    private static void own(String... definitions) {
        for (String definition : definitions) {
            int space = definition.indexOf(' ');
            define(definition.substring(0, space), definition.substring(space + 1), OWN);
        }
    }

    private static void define(String name, String signature, GuardedFunction.Body body) {
        define(name, signature, name, body);
    }

    private static void define(String name, String signature, String method, GuardedFunction.Body body) {
        ALL.put(name, new GuardedFunction(name, signature, method, body));
    }

    /** Creates a failure like those of the evaluator. */
    static JException failure(String code, Object about) {
        return new JException(code, -1, about);
    }
}
