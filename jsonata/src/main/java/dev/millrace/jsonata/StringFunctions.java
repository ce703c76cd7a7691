package dev.millrace.jsonata;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Functions on texts; the size of a result is checked before it is created. */
final class StringFunctions {
    /** JavaScript writes whole numbers below this with digits only. */
    private static final double WHOLE_AS_DIGITS = 1e21;

    private StringFunctions() {}

    static Object lowercase(FunctionArguments arguments, EvaluationMeter meter) {
        String text = arguments.text(0);
        return text == null ? GuardedFunction.PROCEED : text.toLowerCase(Locale.ROOT);
    }

    static Object uppercase(FunctionArguments arguments, EvaluationMeter meter) {
        String text = arguments.text(0);
        return text == null ? GuardedFunction.PROCEED : text.toUpperCase(Locale.ROOT);
    }

    static Object string(FunctionArguments arguments, EvaluationMeter meter) {
        Object value = arguments.at(0);
        if (value != null && !(value instanceof String)) {
            long weight = meter.weights().weigh(value);
            meter.weights().admit(Boolean.TRUE.equals(arguments.at(1)) ? 4 * weight : weight);
        }
        if (value instanceof Double number && number == Math.rint(number) && Math.abs(number) < WHOLE_AS_DIGITS) {
            return new BigDecimal(number.toString()).toBigInteger().toString();
        }
        return GuardedFunction.PROCEED;
    }

    /** Without a start, as the reference: the whole text, or an empty one if there is a length. */
    static @Nullable Object substring(FunctionArguments arguments, EvaluationMeter meter) {
        if (arguments.at(0) == null || arguments.at(1) != null) {
            return GuardedFunction.PROCEED;
        }
        return arguments.at(2) == null ? arguments.at(0) : "";
    }

    static @Nullable Object pad(FunctionArguments arguments, EvaluationMeter meter) {
        String text = arguments.text(0);
        Integer width = arguments.whole(1);
        if (text == null || width == null) {
            return text;
        }
        String given = arguments.text(2);
        String filler = given == null || given.isEmpty() ? " " : given;
        long missing = Math.abs((long) width) - text.codePointCount(0, text.length());
        if (missing <= 0) {
            return text;
        }
        meter.weights().admit(text.length() + 2 * missing);
        int period = filler.codePointCount(0, filler.length());
        StringBuilder padding = new StringBuilder();
        padding.append(filler.repeat((int) (missing / period)));
        padding.append(filler, 0, filler.offsetByCodePoints(0, (int) (missing % period)));
        return width < 0 ? padding + text : text + padding;
    }

    static Object join(FunctionArguments arguments, EvaluationMeter meter) {
        if (arguments.at(0) instanceof List<?> texts) {
            meter.weights().admit(meter.weights().weigh(texts) + (long) texts.size() * arguments.length(1));
        }
        return GuardedFunction.PROCEED;
    }
}
