package dev.millrace.jsonata;

import com.dashjoin.jsonata.Functions;
import com.dashjoin.jsonata.Jsonata;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A compiled JSONata expression, which is evaluated over JSON trees within {@link EvaluationLimits}.
 *
 * <p>A result depends only on the input and one instant: {@code $now()} and {@code $millis()} return that instant, and
 * {@code $random}, {@code $shuffle} and {@code $eval} are refused. Numbers that are only copied keep all digits;
 * arithmetic uses doubles, as in JSONata. An undefined result is empty; a JSON {@code null} is a value.
 *
 * <p>Immutable and thread-safe. Evaluations run on the caller's thread. At most as many as the machine has processors,
 * and at least two, run at once; others wait, for a limited time because each evaluation is limited. Input trees are
 * only read.
 *
 * @since 0.1
 */
public final class Expression {
    private final String text;
    private final EvaluationLimits evaluationLimits;
    private final Jsonata compiled;

    Expression(String text, EvaluationLimits evaluationLimits, Jsonata compiled) {
        this.text = text;
        this.evaluationLimits = evaluationLimits;
        this.compiled = compiled;
    }

    /** {@link #compile(String, EvaluationLimits)} within {@link EvaluationLimits#DEFAULT}. */
    public static Expression compile(String text) {
        return compile(text, EvaluationLimits.DEFAULT);
    }

    /**
     * Compiles an expression, or returns it from a cache of the 100 expressions used last.
     *
     * @throws IllegalArgumentException if the text is not an expression or too long; the message has the problem and
     *     its position (in characters, from 0)
     */
    public static Expression compile(String text, EvaluationLimits evaluationLimits) {
        return ExpressionCompiler.compile(text, evaluationLimits);
    }

    /** The text of the expression. */
    public String text() {
        return text;
    }

    /**
     * As {@link #evaluate(JsonNode, Instant)}, at the {@code createdAt} of the input (events have one), or at the
     * epoch.
     *
     * @throws EvaluationException if the expression fails on this input, or exceeds a limit
     */
    public Optional<JsonNode> evaluate(JsonNode input) {
        return evaluate(input, instantOf(input));
    }

    /**
     * Returns the result for this input as a new tree; empty if it is undefined.
     *
     * @param now the instant for {@code $now()} and {@code $millis()}
     * @throws EvaluationException if the expression fails on this input, or exceeds a limit
     */
    public Optional<JsonNode> evaluate(JsonNode input, Instant now) {
        return Evaluation.run(text, evaluationLimits, now, meter -> {
            @Nullable Object value = value(input);
            return value == null
                    ? Optional.empty()
                    : Optional.of(new ResultConverter(evaluationLimits.resultBytes()).tree(value));
        });
    }

    /**
     * Whether the result for this input is true by the rules of JSONata: not undefined, null, false, 0, an empty
     * string, an empty object, a function, or an array without a true item.
     *
     * @throws EvaluationException if the expression fails on this input, or exceeds a limit
     */
    public boolean matches(JsonNode input) {
        return Evaluation.run(
                text,
                evaluationLimits,
                instantOf(input),
                meter -> Boolean.TRUE.equals(Functions.toBoolean(value(input))));
    }

    private @Nullable Object value(JsonNode input) {
        return compiled.evaluate(
                new InputConverter(evaluationLimits.inputBytes()).value(input), compiled.createFrame());
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
