package dev.millrace.scriptedmodel;

import java.util.ArrayList;
import java.util.List;

/** Splits a text into deltas, never inside a code point. */
final class TextPieces {
    private TextPieces() {}

    /** One piece per word, with the white space before it. */
    static List<String> words(String text) {
        List<String> pieces = new ArrayList<>();
        int start = 0;
        for (int i = 1; i < text.length(); i++) {
            if (Character.isWhitespace(text.charAt(i)) && !Character.isWhitespace(text.charAt(i - 1))) {
                pieces.add(text.substring(start, i));
                start = i;
            }
        }
        if (start < text.length()) {
            pieces.add(text.substring(start));
        }
        return List.copyOf(pieces);
    }

    /** Pieces of this many code points. */
    static List<String> of(String text, int size) {
        if (size < 1) {
            throw new IllegalArgumentException("a delta must have at least 1 character, got " + size);
        }
        List<String> pieces = new ArrayList<>();
        int start = 0;
        while (start < text.length()) {
            int left = text.codePointCount(start, text.length());
            int end = text.offsetByCodePoints(start, Math.min(size, left));
            pieces.add(text.substring(start, end));
            start = end;
        }
        return List.copyOf(pieces);
    }
}
