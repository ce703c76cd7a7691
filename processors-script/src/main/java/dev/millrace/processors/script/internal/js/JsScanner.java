package dev.millrace.processors.script.internal.js;

import dev.millrace.processors.script.internal.js.JsToken.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A scanner that splits JavaScript into tokens, precisely enough to separate code from texts. The token before a slash
 * decides whether it is a division or a regular expression. A text without an end becomes one token up to the end of
 * the source. The scanner does not validate; the engine does. Linear in the length of the source.
 */
final class JsScanner {
    private static final Set<String> BEFORE_EXPRESSION = Set.of(
            "return typeof case do else in instanceof new void delete throw yield await of default extends".split(" "));
    private static final Set<String> BEFORE_CONDITION = Set.of("if", "while", "for", "with");

    private static final String[] SHORT =
            IntStream.range(0, 128).mapToObj(Character::toString).toArray(String[]::new);

    /** An open bracket; see {@link #opensExpression}. */
    private record Open(char bracket, boolean expression) {}

    private final String source;
    private final List<JsToken> tokens = new ArrayList<>();
    private final Deque<Open> open = new ArrayDeque<>();
    private boolean closedExpression;
    private boolean line;
    private int at;

    private JsScanner(String source) {
        this.source = source;
    }

    static List<JsToken> scan(String source) {
        JsScanner scanner = new JsScanner(source);
        while (scanner.at < source.length()) {
            scanner.next();
        }
        return scanner.tokens;
    }

    private void next() {
        char first = source.charAt(at);
        if (first == '\n' || first == '\r' || first == '\u2028' || first == '\u2029') {
            line = true;
            at++;
        } else if (Character.isWhitespace(first) || first == '\ufeff' || Character.isSpaceChar(first)) {
            at++;
        } else if (source.startsWith("//", at) || (at == 0 && source.startsWith("#!"))) {
            at = lineEnd(at);
        } else if (source.startsWith("/*", at)) {
            int end = source.indexOf("*/", at + 2);
            int after = end < 0 ? source.length() : end + 2;
            line |= source.substring(at, after).indexOf('\n') >= 0;
            at = after;
        } else if (first == '"' || first == '\'') {
            add(Kind.VALUE, stringEnd(first), open.size());
        } else if (first == '`') {
            add(Kind.VALUE, templateEnd(at + 1), open.size());
        } else if (Character.isDigit(first) || (first == '.' && at + 1 < source.length() && isDigit(at + 1))) {
            add(Kind.VALUE, numberEnd(), open.size());
        } else if (isNamePart(first)) {
            add(Kind.WORD, nameEnd(), open.size());
        } else if (first == '/' && isRegularExpressionAllowed()) {
            add(Kind.VALUE, expressionEnd(), open.size());
        } else {
            sign(first);
        }
    }

    private void sign(char sign) {
        switch (sign) {
            case '(', '[', '{' -> {
                Open opened = new Open(sign, opensExpression(sign));
                add(Kind.SIGN, at + 1, open.size());
                open.push(opened);
            }
            case ')', ']', '}' -> {
                Open closed = open.isEmpty() ? new Open(sign, false) : open.pop();
                closedExpression = closed.expression;
                if (closed.bracket == '`') {
                    add(Kind.VALUE, templateEnd(at + 1), open.size());
                } else {
                    add(Kind.SIGN, at + 1, open.size());
                }
            }
            default -> add(Kind.SIGN, at + 1, open.size());
        }
    }

    /** Whether the closing bracket ends a value: not for parentheses of a condition and braces of a block. */
    private boolean opensExpression(char bracket) {
        JsToken before = last();
        if (bracket == '(') {
            return before == null || !BEFORE_CONDITION.contains(before.text());
        }
        if (bracket == '{') {
            return before != null
                    && (before.isWord()
                            ? BEFORE_EXPRESSION.contains(before.text()) && !before.is("do") && !before.is("else")
                            : before.kind() == Kind.SIGN && "=(,:[?&|+-*!~<%^".contains(before.text()));
        }
        return true;
    }

    private boolean isRegularExpressionAllowed() {
        JsToken before = last();
        if (before == null) {
            return true;
        }
        return switch (before.kind()) {
            case VALUE -> false;
            case WORD -> BEFORE_EXPRESSION.contains(before.text()) && !isMember();
            case SIGN ->
                switch (before.text()) {
                    case ")", "]", "}" -> !closedExpression;
                    case "+", "-" -> !isDoubled(before);
                    default -> true;
                };
        };
    }

    private boolean isMember() {
        return tokens.size() > 1 && tokens.get(tokens.size() - 2).is(".");
    }

    private boolean isDoubled(JsToken sign) {
        JsToken before = tokens.size() > 1 ? tokens.get(tokens.size() - 2) : null;
        return before != null && before.text().equals(sign.text()) && before.end() == sign.start();
    }

    private @Nullable JsToken last() {
        return tokens.isEmpty() ? null : tokens.get(tokens.size() - 1);
    }

    private void add(Kind kind, int end, int depth) {
        char first = source.charAt(at);
        String text = end == at + 1 && first < SHORT.length ? SHORT[first] : source.substring(at, end);
        tokens.add(new JsToken(kind, at, end, text, depth, line));
        line = false;
        at = end;
    }

    private int lineEnd(int from) {
        int end = from;
        while (end < source.length() && source.charAt(end) != '\n' && source.charAt(end) != '\r') {
            end++;
        }
        return end;
    }

    private int stringEnd(char quote) {
        int end = at + 1;
        while (end < source.length() && source.charAt(end) != quote && source.charAt(end) != '\n') {
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        return Math.min(source.length(), end + 1);
    }

    /** The end of a template or of its part before an embedded expression; opens that expression. */
    private int templateEnd(int from) {
        int end = from;
        while (end < source.length() && source.charAt(end) != '`') {
            if (source.startsWith("${", end)) {
                open.push(new Open('`', true));
                return end + 2;
            }
            end += source.charAt(end) == '\\' ? 2 : 1;
        }
        return Math.min(source.length(), end + 1);
    }

    private int numberEnd() {
        int end = at;
        while (end < source.length()
                && (isNamePart(source.charAt(end))
                        || source.charAt(end) == '.'
                        || ((source.charAt(end) == '+' || source.charAt(end) == '-') && isExponent(end - 1)))) {
            end++;
        }
        return end;
    }

    private boolean isExponent(int position) {
        char letter = source.charAt(position);
        return (letter == 'e' || letter == 'E') && !source.startsWith("0x", at) && !source.startsWith("0X", at);
    }

    private int nameEnd() {
        int end = at;
        while (end < source.length() && isNamePart(source.charAt(end))) {
            end++;
        }
        return end;
    }

    private int expressionEnd() {
        boolean inClass = false;
        int end = at + 1;
        while (end < source.length() && source.charAt(end) != '\n' && (inClass || source.charAt(end) != '/')) {
            char letter = source.charAt(end);
            inClass = letter == '[' || (inClass && letter != ']');
            end += letter == '\\' ? 2 : 1;
        }
        end = Math.min(source.length(), end + 1);
        while (end < source.length() && isNamePart(source.charAt(end))) {
            end++;
        }
        return end;
    }

    private boolean isDigit(int position) {
        return Character.isDigit(source.charAt(position));
    }

    private static boolean isNamePart(char letter) {
        return Character.isUnicodeIdentifierPart(letter)
                || letter == '$'
                || letter == '_'
                || letter == '#'
                || Character.isSurrogate(letter);
    }
}
