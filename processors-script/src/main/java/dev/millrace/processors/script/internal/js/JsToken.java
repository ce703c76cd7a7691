package dev.millrace.processors.script.internal.js;

/**
 * A piece of JavaScript, as far as its kind matters for finding imports and exports.
 *
 * @param kind what it is
 * @param start where it begins
 * @param end where it ends, exclusive
 * @param text its characters
 * @param depth how many brackets are open around it; an opening bracket counts from outside, a closing one too
 * @param lineBefore whether a line ended between it and the token before it
 */
record JsToken(Kind kind, int start, int end, String text, int depth, boolean lineBefore) {
    /** The kinds. */
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

    /** The text of a string literal without its quotes; escapes are not resolved. */
    String unquoted() {
        return text.substring(1, text.length() - 1);
    }
}
