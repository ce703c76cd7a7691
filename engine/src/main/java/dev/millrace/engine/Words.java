package dev.millrace.engine;

/** Text for error messages: one line, and never long. */
final class Words {
    private static final int LONGEST = 60;

    private Words() {}

    static String shorten(String text) {
        String line = text.codePoints()
                .limit(LONGEST + 1L)
                .map(c -> Character.isISOControl(c) ? ' ' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return line.codePointCount(0, line.length()) <= LONGEST
                ? line
                : line.substring(0, line.offsetByCodePoints(0, LONGEST - 1)) + "…";
    }
}
