package dev.millrace.engine.internal.append;

/** A shortener of texts for error messages: one line, at most 60 characters. */
final class MessageTexts {
    private static final int LONGEST = 60;

    private MessageTexts() {}

    static String shorten(String text) {
        return shorten(text, LONGEST);
    }

    /** As {@link #shorten(String)}, with another length. */
    static String shorten(String text, int longest) {
        String line = text.codePoints()
                .limit(longest + 1L)
                .map(c -> Character.isISOControl(c) ? ' ' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return line.codePointCount(0, line.length()) <= longest
                ? line
                : line.substring(0, line.offsetByCodePoints(0, longest - 1)) + "…";
    }
}
