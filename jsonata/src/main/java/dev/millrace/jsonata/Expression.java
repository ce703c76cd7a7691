package dev.millrace.jsonata;

import com.dashjoin.jsonata.Jsonata;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A JSONata expression, compiled once and evaluated over JSON trees within {@link EvaluationLimits}.
 *
 * <p>An evaluation is a function of the input and of one instant: {@code $now()} and {@code $millis()} tell that instant,
 * {@code $random}, {@code $shuffle} and {@code $eval} are refused. Numbers that are only passed on keep every digit;
 * arithmetic is that of doubles, as in JSONata. Undefined results are empty; a JSON {@code null} is a value.
 *
 * <p>Immutable and safe to share: evaluations run on the caller's thread, as many at once as there are processors
 * (others wait their turn, which is bounded because every evaluation is). Input trees are only read.
 */
public final class Expression {
    private final String text;
    private final EvaluationLimits bounds;
    private final Jsonata compiled;

    Expression(String text, EvaluationLimits bounds, Jsonata compiled) {
        this.text = text;
        this.bounds = bounds;
        this.compiled = compiled;
    }

    /** {@link #compile(String, EvaluationLimits)} within {@link EvaluationLimits#DEFAULT}. */
    public static Expression compile(String text) {
        return compile(text, EvaluationLimits.DEFAULT);
    }

    /**
     * Compiles, or answers one of the hundred expressions compiled or asked for last.
     *
     * @throws IllegalArgumentException when the text is no expression, or too long; the message says what, and where (the
     *     position counts characters from 0)
     */
    public static Expression compile(String text, EvaluationLimits bounds) {
        return ExpressionCompiler.compile(text, bounds);
    }

    /** The text as it was compiled. */
    public String text() {
        return text;
    }

    /**
     * {@link #evaluate(JsonNode, Instant)} at the instant of the input's own {@code createdAt} (an event has one), else at
     * the epoch.
     *
     * @throws EvaluationException when the expression fails on this input, or meets a bound
     */
    public Optional<JsonNode> evaluate(JsonNode input) {
        return evaluate(input, instantOf(input));
    }

    /**
     * The result over this input, a tree of its own; empty when it is undefined.
     *
     * @param now what {@code $now()} and {@code $millis()} tell
     * @throws EvaluationException when the expression fails on this input, or meets a bound
     */
    public Optional<JsonNode> evaluate(JsonNode input, Instant now) {
        return Evaluation.run(text, bounds, now, meter -> {
            @Nullable Object value = value(input);
            return value == null
                    ? Optional.empty()
                    : Optional.of(new ResultConverter(bounds.resultBytes()).tree(value));
        });
    }

    /**
     * Whether the result over this input is true in JSONata's sense: not undefined, null, false, 0, an empty string, an empty
     * object, a function, or an array without a true member.
     *
     * @throws EvaluationException when the expression fails on this input, or meets a bound
     */
    public boolean matches(JsonNode input) {
        return Evaluation.run(text, bounds, instantOf(input), meter -> Truthiness.of(value(input)));
    }

    private @Nullable Object value(JsonNode input) {
        return compiled.evaluate(new InputConverter(bounds.inputBytes()).value(input), compiled.createFrame());
    }

    private static Instant instantOf(JsonNode input) {
        JsonNode createdAt = input.path("createdAt");
        if (!createdAt.isTextual() || createdAt.textValue().length() > 64) {
            return Instant.EPOCH;
        }
        try {
            return Instant.parse(createdAt.textValue());
        } catch (DateTimeException e) {
            return Instant.EPOCH;
        }
    }
}
