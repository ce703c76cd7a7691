package dev.millrace.contracts.text;

import java.util.Locale;

/**
 * A text that is hard to parse, in any length. Immutable.
 *
 * @param before what it begins with
 * @param unit what is repeated
 * @param middle what follows the repetition
 * @param unitAfter what is repeated as often after that, for closing brackets; may be empty
 * @param after what it ends with
 * @since 0.1
 */
public record HostileText(String before, String unit, String middle, String unitAfter, String after) {
    private static final int LONGEST_SHOWN = 60;

    /** A repetition alone. */
    public static HostileText repeated(String unit) {
        return within("", unit, "");
    }

    /** A repetition inside another text. */
    public static HostileText within(String before, String unit, String after) {
        return new HostileText(before, unit, "", "", after);
    }

    /** Opening and closing parts around a middle. */
    public static HostileText nested(String open, String middle, String close) {
        return new HostileText("", open, middle, close, "");
    }

    /** The text with about {@code length} characters in its repetitions, and with one repetition at least. */
    public String ofLength(int length) {
        int times = Math.max(1, length / (unit.length() + unitAfter.length()));
        return before + unit.repeat(times) + middle + unitAfter.repeat(times) + after;
    }

    @Override
    public String toString() {
        return shorten(before) + "(" + shorten(unit) + ")*n" + shorten(middle)
                + (unitAfter.isEmpty() ? "" : "(" + shorten(unitAfter) + ")*n") + shorten(after);
    }

    private static String shorten(String text) {
        StringBuilder shown = new StringBuilder();
        text.chars()
                .limit(LONGEST_SHOWN)
                .forEach(c -> shown.append(
                        Character.isISOControl(c) || Character.isSurrogate((char) c)
                                ? String.format(Locale.ROOT, "\\u%04x", c)
                                : String.valueOf((char) c)));
        return text.length() <= LONGEST_SHOWN ? shown.toString() : shown + "…";
    }
}
