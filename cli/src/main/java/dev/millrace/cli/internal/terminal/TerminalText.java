package dev.millrace.cli.internal.terminal;

import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Makes texts safe for a terminal and a log: without control characters and not wider than the window. {@link
 * FilteredOutput} uses the same rule for all that a command prints.
 */
public final class TerminalText {
    private static final Pattern LINE_BREAK = Pattern.compile("\\R");

    private TerminalText() {}

    /** Shortens a text to this width; an ellipsis replaces the removed end. */
    public static String clip(String text, int columns) {
        String line = printable(text);
        if (line.length() <= columns / 2 || width(line, line.length()) <= columns) {
            return line;
        }
        int end = 0;
        for (int used = 0; end < line.length(); ) {
            int point = line.codePointAt(end);
            used += width(point);
            if (used > columns - 1) {
                break;
            }
            end += Character.charCount(point);
        }
        return line.substring(0, end) + "…";
    }

    /** Puts a text of several lines into one: semicolons separate the lines, and blank ones are left out. */
    public static String oneLine(String text) {
        return LINE_BREAK
                .splitAsStream(text)
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .collect(Collectors.joining("; "));
    }

    /** Replaces control characters by a visible one, so that events of other callers cannot control the terminal. */
    public static String printable(String text) {
        return text.codePoints().anyMatch(TerminalText::isUnsafe)
                ? text.codePoints()
                        .map(point -> isUnsafe(point) ? '\uFFFD' : point)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString()
                : text;
    }

    /**
     * Replaces control characters by escape sequences, except for line breaks. For JSON, and for YAML in double quotes:
     * there they are part of a string, and a reader of the document gets the same string.
     */
    public static String escaped(String document) {
        StringBuilder escaped = new StringBuilder(document.length());
        document.codePoints().forEach(point -> {
            if (isUnsafe(point) && point != '\n') {
                escaped.append(String.format(Locale.ROOT, "\\u%04x", point));
            } else {
                escaped.appendCodePoint(point);
            }
        });
        return escaped.toString();
    }

    /**
     * True for a character that can change what a terminal or an editor shows of other characters: control characters,
     * line and paragraph separators, marks that change the direction of writing, and half surrogate pairs.
     */
    static boolean isUnsafe(int point) {
        return Character.isISOControl(point)
                || point == 0x061C
                || point == 0x200E
                || point == 0x200F
                || (point >= 0x2028 && point <= 0x202E)
                || (point >= 0x2066 && point <= 0x2069)
                || (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE);
    }

    private static int width(String text, int end) {
        return text.substring(0, end).codePoints().map(TerminalText::width).sum();
    }

    /** Two columns for East Asian characters and pictographs, none for combining marks. */
    private static int width(int point) {
        int type = Character.getType(point);
        if (type == Character.NON_SPACING_MARK || type == Character.ENCLOSING_MARK || point == 0x200D) {
            return 0;
        }
        boolean wide = Character.isIdeographic(point)
                || (point >= 0x1100 && point <= 0x115F)
                || (point >= 0x3000 && point <= 0x30FF)
                || (point >= 0xAC00 && point <= 0xD7A3)
                || (point >= 0xFF00 && point <= 0xFF60)
                || (point >= 0x1F300 && point <= 0x1FAFF);
        return wide ? 2 : 1;
    }
}
