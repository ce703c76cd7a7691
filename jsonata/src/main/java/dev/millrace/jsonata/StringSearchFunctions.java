package dev.millrace.jsonata;

import com.dashjoin.jsonata.Functions;
import com.dashjoin.jsonata.Utils;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/** The functions that search a text for a string or a regular expression. */
final class StringSearchFunctions {
    private StringSearchFunctions() {}

    static @Nullable Object contains(FunctionArguments arguments, EvaluationMeter meter) {
        String text = arguments.text(0);
        if (text == null) {
            return null;
        }
        Object token = arguments.at(1);
        return token instanceof String part
                ? text.contains(part)
                : regex(token).over(text).find();
    }

    static @Nullable Object match(FunctionArguments arguments, EvaluationMeter meter) {
        String text = arguments.text(0);
        if (text == null) {
            return null;
        }
        int limit = limit(arguments.whole(2), "D3040");
        Matcher matcher = regex(arguments.at(1)).over(text);
        List<Object> matches = Utils.createSequence();
        while (matches.size() < limit && find(matcher, meter)) {
            Map<String, Object> match = new LinkedHashMap<>();
            match.put("match", matcher.group());
            match.put("index", matcher.start());
            match.put("groups", RegexFunction.groups(matcher));
            matches.add(match);
        }
        return matches;
    }

    static @Nullable Object split(FunctionArguments arguments, EvaluationMeter meter) {
        String text = arguments.text(0);
        if (text == null) {
            return null;
        }
        int limit = limit(arguments.whole(2), "D3020");
        if (arguments.at(1) instanceof String) {
            return GuardedFunction.PROCEED;
        }
        Matcher matcher = regex(arguments.at(1)).over(text);
        List<Object> parts = new ArrayList<>();
        int from = 0;
        while (parts.size() < limit && find(matcher, meter)) {
            parts.add(text.substring(from, matcher.start()));
            from = matcher.end();
        }
        if (parts.size() < limit) {
            parts.add(text.substring(from));
        }
        return parts;
    }

    static @Nullable Object replace(FunctionArguments arguments, EvaluationMeter meter) {
        String text = arguments.text(0);
        if (text == null) {
            return null;
        }
        int limit = limit(arguments.whole(3), "D3011");
        Object replacement = arguments.at(2);
        if (replacement == null) {
            throw new EvaluationException("the third argument of $replace is undefined");
        }
        if (!(arguments.at(1) instanceof String token)) {
            return replaced(text, regex(arguments.at(1)).over(text), replacement, limit, meter);
        }
        if (token.isEmpty()) {
            throw BuiltInFunctions.failure("D3010", token);
        }
        if (!(replacement instanceof String with)) {
            throw BuiltInFunctions.failure("D3012", replacement);
        }
        StringBuilder made = new StringBuilder();
        int from = 0;
        int next = text.indexOf(token);
        for (int i = 0; i < limit && next >= 0; i++) {
            append(made, text.substring(from, next), meter);
            append(made, with, meter);
            from = next + token.length();
            next = text.indexOf(token, from);
        }
        return append(made, text.substring(from), meter).toString();
    }

    private static String replaced(String text, Matcher matcher, Object replacement, int limit, EvaluationMeter meter) {
        StringBuilder made = new StringBuilder();
        int from = 0;
        for (int i = 0; i < limit && find(matcher, meter); i++) {
            append(made, text.substring(from, matcher.start()), meter);
            append(
                    made,
                    replacement instanceof String with ? filled(with, matcher) : asked(replacement, matcher),
                    meter);
            from = matcher.end();
        }
        return append(made, text.substring(from), meter).toString();
    }

    /** The replacement text: $$ is a dollar, $0 the match, $n group n. */
    private static String filled(String template, Matcher matcher) {
        StringBuilder filled = new StringBuilder();
        for (int i = 0; i < template.length(); i++) {
            char c = template.charAt(i);
            char after = i + 1 < template.length() ? template.charAt(i + 1) : 0;
            if (c == '$' && after == '$') {
                filled.append('$');
                i++;
            } else if (c == '$' && after >= '0' && after <= '9') {
                i++;
                int group = after - '0';
                int longer = i + 1 < template.length() ? 10 * group + template.charAt(i + 1) - '0' : -1;
                boolean two = i + 1 < template.length()
                        && Character.digit(template.charAt(i + 1), 10) >= 0
                        && longer <= matcher.groupCount();
                i += two ? 1 : 0;
                String value =
                        (two ? longer : group) <= matcher.groupCount() ? matcher.group(two ? longer : group) : null;
                filled.append(value == null ? "" : value);
            } else {
                filled.append(c);
            }
        }
        return filled.toString();
    }

    private static String asked(Object function, Matcher matcher) {
        try {
            Object answer = Functions.funcApply(function, List.of(RegexFunction.match(matcher)));
            if (answer instanceof String with) {
                return with;
            }
            throw BuiltInFunctions.failure("D3012", String.valueOf(answer));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new EvaluationException(EvaluationErrors.of(e), e);
        }
    }

    private static boolean find(Matcher matcher, EvaluationMeter meter) {
        meter.check();
        boolean found = matcher.find();
        if (found && matcher.end() == matcher.start()) {
            throw BuiltInFunctions.failure("D1004", matcher.pattern());
        }
        return found;
    }

    private static StringBuilder append(StringBuilder to, String text, EvaluationMeter meter) {
        meter.weights().admit((long) to.length() + text.length());
        return to.append(text);
    }

    private static RegexFunction regex(@Nullable Object token) {
        if (token instanceof RegexFunction regex) {
            return regex;
        }
        throw new EvaluationException("the value to search for must be a string or a regular expression");
    }

    private static int limit(@Nullable Integer limit, String code) {
        if (limit != null && limit < 0) {
            throw BuiltInFunctions.failure(code, limit);
        }
        return limit == null ? Integer.MAX_VALUE : limit;
    }
}
