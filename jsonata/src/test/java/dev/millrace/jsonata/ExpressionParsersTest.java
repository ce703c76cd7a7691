package dev.millrace.jsonata;

import static dev.millrace.contracts.text.HostileTexts.all;
import static dev.millrace.contracts.text.HostileTexts.around;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.contracts.text.LinearTimeCheck;
import dev.millrace.core.JsonCodec;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Expressions are compiled, and texts in them parsed, in a time that is linear in their length. */
class ExpressionParsersTest {
    @Test
    void should_compile_an_expression_in_linear_time() {
        EvaluationLimits usual = EvaluationLimits.DEFAULT;
        EvaluationLimits limits = new EvaluationLimits(
                usual.time(), usual.depth(), 1_000, usual.inputBytes(), usual.resultBytes(), usual.allocatedBytes());
        LinearTimeCheck.of("expression within its limit", text -> Expression.compile(text, limits))
                .sampled()
                .check(around("{'a': $sum(b.c[d > 1.5e3]), \"e\": function($x) { $x ~> /f[g]*/i }}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "$number(s)",
                "$toMillis(s, '[Y0001]-[M01]')",
                "$parseInteger(s, '#,##0')",
                "$fromMillis(0, s)",
                "$formatNumber(12345.678, s)",
                "$split(s, ',')",
                "$contains(s, /a+b/)"
            })
    void should_evaluate_a_function_that_parses_in_linear_time(String expression) {
        Expression compiled = Expression.compile(expression);
        LinearTimeCheck.of(expression, text -> {
                    JsonNode input = JsonCodec.toTree(Map.of("s", text));
                    compiled.evaluate(input);
                })
                .refusingWith(EvaluationException.class)
                .sampled()
                .check(all());
    }
}
