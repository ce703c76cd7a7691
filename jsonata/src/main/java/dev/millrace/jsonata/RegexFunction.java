package dev.millrace.jsonata;

import com.dashjoin.jsonata.Jsonata.JFunction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A regular expression in an expression. In JSONata it is a function that returns the first match in a text. Immutable.
 */
@SuppressWarnings("rawtypes") // the evaluator's own signatures are raw
final class RegexFunction extends JFunction {
    private final Pattern pattern;

    RegexFunction(Pattern pattern) {
        super((input, arguments) -> null, "<s-:o>");
        this.pattern = pattern;
    }

    Matcher over(String text) {
        return pattern.matcher(new TimedCharSequence(text, EvaluationMeter.current()));
    }

    @Override
    public @Nullable Object call(@Nullable Object input, List arguments) {
        return arguments.get(0) instanceof String text ? next(over(text)) : null;
    }

    @Override
    public int getNumberOfArgs() {
        return 1;
    }

    private static @Nullable Map<String, Object> next(Matcher matcher) {
        EvaluationMeter.current().check();
        if (!matcher.find()) {
            return null;
        }
        Map<String, Object> match = match(matcher);
        match.put("next", new JFunction((input, arguments) -> next(matcher), "<:o>"));
        return match;
    }

    /** The last match, as JSONata's functions get it. */
    static Map<String, Object> match(Matcher matcher) {
        Map<String, Object> match = new LinkedHashMap<>();
        match.put("match", matcher.group());
        match.put("start", matcher.start());
        match.put("end", matcher.end());
        match.put("groups", groups(matcher));
        return match;
    }

    /** The groups of the last match; a group without a match is empty. */
    static List<Object> groups(Matcher matcher) {
        List<Object> groups = new ArrayList<>();
        for (int i = 1; i <= matcher.groupCount(); i++) {
            String group = matcher.group(i);
            groups.add(group == null ? "" : group);
        }
        return groups;
    }
}
