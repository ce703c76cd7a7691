package dev.millrace.jsonata;

import java.util.stream.Stream;

/**
 * A check that refuses regular expressions with too many ways to match the empty string. The JDK tries these ways
 * without reading a character, so {@link TimedCharSequence} could not stop an exponential search. Used once, on a
 * pattern that the JDK accepts.
 */
final class EmptyMatchCheck {
    private static final int ALLOWED = 8;
    private static final int DEEPEST = 100;

    private final String pattern;
    private int at;
    private int ambiguous;
    private int depth;

    /** A part of the pattern: whether it can match the empty string, and whether in more than one way. */
    private record Part(boolean empty, boolean choice) {}

    EmptyMatchCheck(String pattern) {
        this.pattern = pattern;
    }

    /** @throws IllegalArgumentException if the pattern is refused */
    void check() {
        while (at < pattern.length()) {
            alternatives();
            at++; // a closing parenthesis without an opening one
        }
        if (ambiguous > ALLOWED) {
            throw refused();
        }
    }

    private Part alternatives() {
        if (++depth > DEEPEST) {
            throw new IllegalArgumentException("it is nested too deeply");
        }
        int empties = 0;
        boolean choice = false;
        do {
            Part part = sequence();
            empties += part.empty ? 1 : 0;
            choice |= part.choice;
        } while (take('|'));
        if (empties > 1) {
            ambiguous++;
            choice = true;
        }
        depth--;
        return new Part(empties > 0, choice);
    }

    private Part sequence() {
        boolean empty = true;
        boolean choice = false;
        while (at < pattern.length() && peek() != '|' && peek() != ')') {
            Part part = quantified(atom());
            empty &= part.empty;
            choice |= part.choice;
        }
        return new Part(empty, choice);
    }

    private Part quantified(Part atom) {
        Part part = atom;
        while (at < pattern.length() && "?*+{".indexOf(peek()) >= 0) {
            String bounds = String.valueOf(pattern.charAt(at++));
            if (bounds.equals("{")) {
                int end = pattern.indexOf('}', at);
                bounds = pattern.substring(at, end < 0 ? pattern.length() : end);
                at = end < 0 ? pattern.length() : end + 1;
            }
            boolean exact = bounds.matches("[0-9]+");
            boolean repeats = !bounds.equals("?") && !bounds.equals("1") && !bounds.equals("0,1");
            if (repeats && part.choice) {
                throw refused();
            }
            boolean loose = part.empty && !exact;
            ambiguous += loose ? 1 : 0;
            boolean none = bounds.equals("?") || bounds.equals("*") || bounds.matches("0+(,.*)?");
            part = new Part(part.empty || none, part.choice || loose);
            if (at < pattern.length() && (peek() == '?' || peek() == '+')) {
                at++; // reluctant or possessive
            }
        }
        return part;
    }

    private Part atom() {
        return switch (pattern.charAt(at++)) {
            case '(' -> group();
            case '[' -> {
                skipClass();
                yield new Part(false, false);
            }
            case '^', '$' -> new Part(true, false);
            case '\\' -> escape();
            default -> new Part(false, false);
        };
    }

    private Part group() {
        boolean around = false;
        if (take('?')) {
            around = Stream.of("=", "!", "<=", "<!").anyMatch(sign -> pattern.startsWith(sign, at));
            while (at < pattern.length() && "=!<>:)".indexOf(peek()) < 0) {
                at++;
            }
            if (at < pattern.length() && peek() == '<') {
                at = around ? at + 1 : Math.max(at, pattern.indexOf('>', at));
            }
            if (at < pattern.length() && peek() != ')') {
                at++;
            }
        }
        Part inside = alternatives();
        take(')');
        return new Part(inside.empty || around, inside.choice);
    }

    private Part escape() {
        if (at >= pattern.length()) {
            return new Part(false, false);
        }
        char c = pattern.charAt(at++);
        if (c == 'Q') {
            throw new IllegalArgumentException("\\Q is not supported");
        }
        boolean braces = "pPxuN".indexOf(c) >= 0 && at < pattern.length() && peek() == '{';
        if (braces || c == 'k') {
            int end = pattern.indexOf(c == 'k' ? '>' : '}', at);
            at = end < 0 ? pattern.length() : end + 1;
        }
        return new Part("bBAGzZk123456789".indexOf(c) >= 0, false);
    }

    private void skipClass() {
        int nested = 1;
        take('^');
        take(']');
        while (at < pattern.length() && nested > 0) {
            char c = pattern.charAt(at++);
            if (c == '\\') {
                at++;
            } else if (c == '[') {
                nested++;
            } else if (c == ']') {
                nested--;
            }
        }
    }

    private boolean take(char c) {
        boolean there = at < pattern.length() && peek() == c;
        at += there ? 1 : 0;
        return there;
    }

    private char peek() {
        return pattern.charAt(at);
    }

    private static IllegalArgumentException refused() {
        return new IllegalArgumentException("it can match the empty string in too many ways");
    }
}
