package dev.millrace.scriptedmodel;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Calculates the first sum in a text: {@code + - * /} on decimal numbers, products before sums. */
final class Arithmetic {
    private static final String NUMBER = "\\d{1,30}(?:\\.\\d{1,30})?";
    private static final Pattern SUM = Pattern.compile("-?" + NUMBER + "(?:\\s*[-+*/x×÷]\\s*" + NUMBER + "){1,40}");
    private static final Pattern STEP = Pattern.compile("([-+*/x×÷])\\s*(" + NUMBER + ")");
    private static final Pattern FIRST = Pattern.compile("-?" + NUMBER);

    private Arithmetic() {}

    static Optional<String> answer(String text) {
        Matcher sum = SUM.matcher(text);
        if (!sum.find()) {
            return Optional.empty();
        }
        String asked = sum.group();
        return Optional.of(evaluate(asked)
                .map(value -> asked + " is " + plain(value) + ".")
                .orElse(asked + " has no answer: nothing can be divided by 0."));
    }

    private static Optional<BigDecimal> evaluate(String sum) {
        Matcher first = FIRST.matcher(sum);
        Deque<BigDecimal> terms = new ArrayDeque<>();
        int end = 0;
        if (first.lookingAt()) {
            terms.push(new BigDecimal(first.group()));
            end = first.end();
        }
        Matcher step = STEP.matcher(sum).region(end, sum.length());
        while (step.find()) {
            BigDecimal value = new BigDecimal(step.group(2));
            switch (step.group(1)) {
                case "+" -> terms.push(value);
                case "-" -> terms.push(value.negate());
                case "/", "÷" -> {
                    if (value.signum() == 0) {
                        return Optional.empty();
                    }
                    terms.push(terms.pop().divide(value, MathContext.DECIMAL64));
                }
                default -> terms.push(terms.pop().multiply(value));
            }
        }
        return terms.stream().reduce(BigDecimal::add);
    }

    private static String plain(BigDecimal value) {
        return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
    }
}
