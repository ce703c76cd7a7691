package dev.millrace.jsonata;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * A scanner of an expression's text that makes it safe for the parser. It splits the text into tokens as the parser
 * does. Regular expressions become variables for {@link RegexFunction} functions. Complicated function signatures,
 * which the parser turns into regular expressions, are refused, and so are the names of the hooks that call the {@link
 * EvaluationMeter}. Used once.
 */
final class SourceRewriter {
    private static final String OPERATORS = ".[]{}(),@#;:?+-*/%|=<>^&!~";
    private static final String SPACE = " \t\n\r";
    private static final Pattern NUMBER = Pattern.compile("(0|([1-9][0-9]*))(\\.[0-9]+)?([Ee][-+]?[0-9]+)?");
    private static final Pattern SIGNED =
            Pattern.compile("(?:function|\u03bb)\\s*+\\([^()]*+\\)\\s*+(<[^{]*+)", Pattern.DOTALL);
    private static final Pattern SIGNATURE = Pattern.compile("[<>()a-z?+:\\-\\s]*+");
    private static final int DEEPEST = 200;
    private static final char FIRST = '\uE000';
    private static final char LAST = '\uF8FF';

    private final String text;
    private final StringBuilder ready;
    private final StringBuilder code;
    private final Map<String, RegexFunction> regexes = new LinkedHashMap<>();
    private int at;
    private int depth;
    private boolean operand;

    SourceRewriter(String text) {
        this.text = text;
        this.ready = new StringBuilder(text);
        this.code = new StringBuilder(text);
    }

    /** @throws SourceException if the text is refused */
    PreparedSource scan() {
        int hook = text.indexOf("__evaluate_");
        if (hook >= 0) {
            throw new SourceException("the name __evaluate_ is reserved", hook);
        }
        while (at < text.length()) {
            token(text.charAt(at));
        }
        checkSignatures();
        return new PreparedSource(ready.toString(), regexes);
    }

    private void token(char c) {
        if (SPACE.indexOf(c) >= 0) {
            at++;
        } else if (text.startsWith("/*", at)) {
            comment();
        } else if (c == '/' && !operand) {
            regex();
        } else if (OPERATORS.indexOf(c) >= 0) {
            operator(c);
        } else if (c == '"' || c == '\'') {
            quoted(c);
        } else if (c == '`') {
            int end = text.indexOf('`', at + 1);
            hide(end < 0 ? text.length() : end + 1);
            operand = true;
        } else {
            word();
        }
    }

    private void comment() {
        int end = text.indexOf("*/", at + 2);
        if (end < 0) {
            throw new SourceException("a comment has no end", at);
        }
        fill(code, at, end + 2, ' ');
        fill(ready, at, end + 2, ' ');
        at = end + 2;
    }

    private void operator(char c) {
        boolean twice = text.startsWith("**", at);
        switch (c) {
            case '(', '[', '{' -> {
                operand = false;
                if (++depth > DEEPEST) {
                    throw new SourceException("it is nested too deeply", at);
                }
            }
            case ')', ']', '}' -> {
                operand = true;
                depth--;
            }
            case '*', '%', '?' -> operand = !operand;
            default -> operand = false;
        }
        at += twice ? 2 : 1;
    }

    private void quoted(char quote) {
        int i = at + 1;
        while (i < text.length() && text.charAt(i) != quote) {
            i += text.charAt(i) == '\\' ? 2 : 1;
        }
        hide(Math.min(i + 1, text.length()));
        operand = true;
    }

    private void word() {
        Matcher number = NUMBER.matcher(text).region(at, text.length());
        if (number.lookingAt()) {
            at = number.end();
            operand = true;
            return;
        }
        int from = at;
        while (at < text.length() && SPACE.indexOf(text.charAt(at)) < 0 && OPERATORS.indexOf(text.charAt(at)) < 0) {
            if (text.charAt(at) >= FIRST && text.charAt(at) <= LAST) {
                throw new SourceException("a name must not have private-use characters", at);
            }
            at++;
        }
        String word = text.substring(from, at);
        boolean infix = word.equals("and") || word.equals("or") || word.equals("in");
        operand = !(infix && operand);
    }

    private void regex() {
        int from = at;
        int end = closingSlash(from + 1);
        String body = text.substring(from + 1, end);
        int flags = 0;
        int i = end + 1;
        for (; i < text.length() && (text.charAt(i) == 'i' || text.charAt(i) == 'm'); i++) {
            flags |= text.charAt(i) == 'i' ? Pattern.CASE_INSENSITIVE : Pattern.MULTILINE;
        }
        if (body.isEmpty()) {
            throw new SourceException("a regular expression is empty", from);
        }
        String name = String.valueOf((char) (FIRST + regexes.size()));
        regexes.put(name, regex(body, flags, from));
        hide(i);
        fill(ready, from, i, ' ');
        ready.setCharAt(from, '$');
        ready.setCharAt(from + 1, name.charAt(0));
        operand = true;
    }

    private static RegexFunction regex(String body, int flags, int from) {
        try {
            Pattern pattern = Pattern.compile(body, flags);
            new EmptyMatchCheck(body).check();
            return new RegexFunction(pattern);
        } catch (PatternSyntaxException e) {
            throw new SourceException(
                    "bad regular expression: " + e.getDescription(), from + 1 + Math.max(0, e.getIndex()));
        } catch (IllegalArgumentException e) {
            throw new SourceException("bad regular expression: " + e.getMessage(), from);
        }
    }

    private int closingSlash(int start) {
        int nested = 0;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '/' && nested == 0) {
                return i;
            } else if ("([{".indexOf(c) >= 0) {
                nested++;
            } else if (")]}".indexOf(c) >= 0) {
                nested--;
            }
        }
        throw new SourceException("a regular expression has no end", start - 1);
    }

    private void checkSignatures() {
        Matcher signed = SIGNED.matcher(code);
        for (int from = 0; signed.find(from); from = signed.start() + 1) {
            String signature = signed.group(1);
            long options = signature.chars().filter(c -> c == '?' || c == '-').count();
            long repeats = signature.chars().filter(c -> c == '+').count();
            if (signature.length() > 64 || !SIGNATURE.matcher(signature).matches() || options > 6 || repeats > 1) {
                throw new SourceException("the signature of a function is too complicated", signed.start(1));
            }
        }
    }

    /** Skips text that is not code, and replaces it by quotes, which no signature has. */
    private void hide(int end) {
        fill(code, at, end, '"');
        at = end;
    }

    private static void fill(StringBuilder in, int from, int end, char with) {
        for (int i = from; i < end; i++) {
            in.setCharAt(i, with);
        }
    }
}
