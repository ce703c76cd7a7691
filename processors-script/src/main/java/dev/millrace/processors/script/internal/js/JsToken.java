package dev.millrace.processors.script.internal.js;

/**
 * A token of JavaScript.
 *
 * @param start its first index in the source
 * @param end its end in the source, exclusive
 * @param depth the number of open brackets around it; a bracket does not count for itself
 * @param lineBefore whether there is a line break between it and the token before it
 */
record JsToken(Kind kind, int start, int end, String text, int depth, boolean lineBefore) {
    enum Kind {
        /** A name or a keyword. */
        WORD,
        /** A number, string, template or regular expression. */
        VALUE,
        /** Anything else, one character. */
        SIGN
    }

    boolean is(String expected) {
        return text.equals(expected) && kind != Kind.VALUE;
    }

    boolean isWord() {
        return kind == Kind.WORD;
    }

    /** The content of a string literal, with its escapes. */
    String unquoted() {
        return text.substring(1, text.length() - 1);
    }
}
