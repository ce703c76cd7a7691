package dev.millrace.core.internal.json;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.math.BigDecimal;

/**
 * The rule for numbers in JSON: at most 1,000 digits, those of the exponent included, and an exponent from -10,000 to
 * 10,000. Many readers cannot represent a number beyond that, or need very long for it.
 *
 * <p>What is appended must keep the rule. Decoders take twice as much, because the same number has other spellings:
 * {@code 12e10000} is written {@code 1.2e+10001} in YAML.
 */
public final class JsonNumbers {
    private static final int MOST_DIGITS = 1_000;
    private static final int LARGEST_EXPONENT = 10_000;
    private static final int SHOWN = 40;

    private JsonNumbers() {}

    /** Whether a number keeps the rule. */
    public static boolean isAppendable(CharSequence number) {
        return isWithin(number, 1);
    }

    /** Takes time that is linear in the length of the text, and bounded. */
    private static boolean isWithin(CharSequence number, int times) {
        int length = number.length();
        if (length > times * MOST_DIGITS + 4) { // two signs, a point and the letter of the exponent
            return false;
        }
        int digits = 0;
        int exponent = 0;
        boolean inExponent = false;
        for (int i = 0; i < length; i++) {
            char c = number.charAt(i);
            if (c == 'e' || c == 'E') {
                inExponent = true;
            } else if (c >= '0' && c <= '9') {
                digits++;
                exponent = inExponent ? Math.min(exponent * 10 + (c - '0'), 10 * LARGEST_EXPONENT) : 0;
            }
        }
        return digits <= times * MOST_DIGITS && exponent <= times * LARGEST_EXPONENT;
    }

    /** What is wrong with a number that breaks the rule; a long number is shortened. */
    public static String problem(CharSequence number) {
        String shown = number.length() <= SHOWN
                ? number.toString()
                : number.subSequence(0, SHOWN) + "… (" + number.length() + " characters)";
        return "the number " + shown + " cannot be represented by many readers: a number has at most 1,000 digits, and"
                + " an exponent from -10000 to 10000; write it as a text";
    }

    /**
     * Checks the current token of a parser.
     *
     * @throws JsonParseException if it is a number beyond {@code times} the bounds of the rule
     */
    static void check(JsonParser parser, int times) throws IOException {
        boolean isShort = parser.currentToken() == JsonToken.VALUE_NUMBER_INT && parser.getTextLength() <= MOST_DIGITS;
        if (!isShort && !isWithin(parser.getText(), times)) {
            throw new JsonParseException(parser, problem(parser.getText()), parser.currentTokenLocation());
        }
    }

    /**
     * The text of a decimal number. The usual spelling of a very large or small one may have a larger exponent than the
     * text that it was read from; this one has not, so that it can be appended again.
     */
    static String text(BigDecimal number) {
        long exponent = (long) number.precision() - number.scale() - 1;
        if (Math.abs(exponent) <= LARGEST_EXPONENT) {
            return number.toString();
        }
        int fraction = (int) Math.min(Math.max(0L, (long) number.scale() - LARGEST_EXPONENT), MOST_DIGITS);
        String mantissa = new BigDecimal(number.unscaledValue(), fraction).toPlainString();
        long rest = (long) fraction - number.scale();
        return mantissa + (rest < 0 ? "E" : "E+") + rest;
    }
}
