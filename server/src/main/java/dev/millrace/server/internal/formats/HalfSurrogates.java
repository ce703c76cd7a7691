package dev.millrace.server.internal.formats;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Keeps half surrogate pairs, which a JSON text can have, in the YAML of one document. The generator of the library
 * makes other characters of them, so a mark stands for each until the text is complete. Names of fields cannot have
 * them. Not thread-safe.
 */
final class HalfSurrogates {
    private final byte[] json;
    private String mark = "";

    /** For a document with this JSON, of which the mark is no part. */
    HalfSurrogates(byte[] json) {
        this.json = json;
    }

    /** The text with a mark and four hexadecimal digits in place of each half. */
    String marked(String text) {
        if (text.codePoints().noneMatch(HalfSurrogates::isHalf)) {
            return text;
        }
        if (mark.isEmpty()) {
            mark = markNotIn(new String(json, StandardCharsets.UTF_8));
        }
        StringBuilder marked = new StringBuilder(text.length() + 32);
        text.codePoints().forEach(point -> {
            if (isHalf(point)) {
                marked.append(mark).append(String.format(Locale.ROOT, "%04x", point));
            } else {
                marked.appendCodePoint(point);
            }
        });
        return marked.toString();
    }

    /** The YAML with an escape sequence in place of each mark. */
    byte[] escaped(byte[] yaml) {
        return mark.isEmpty()
                ? yaml
                : new String(yaml, StandardCharsets.UTF_8).replace(mark, "\\u").getBytes(StandardCharsets.UTF_8);
    }

    private static boolean isHalf(int point) {
        return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
    }

    /** A text that no part of the JSON equals, found in one pass: longer than the longest that is like it. */
    private static String markNotIn(String json) {
        String begin = "half-surrogate-pair-";
        int longest = 0;
        for (int at = json.indexOf(begin); at >= 0; at = json.indexOf(begin, at + begin.length())) {
            int end = at + begin.length();
            while (end < json.length() && json.charAt(end) == '-') {
                end++;
            }
            longest = Math.max(longest, end - at - begin.length());
        }
        return begin + "-".repeat(longest + 1);
    }
}
