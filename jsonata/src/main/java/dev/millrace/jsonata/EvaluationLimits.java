package dev.millrace.jsonata;

import java.time.Duration;

/**
 * The limits of one evaluation; an evaluation that exceeds one fails with an {@link EvaluationException}. Immutable.
 *
 * @param time CPU time of the evaluating thread. An evaluation also fails after ten times this time by the clock, so a
 *     busy machine alone fails none
 * @param depth nested sub-expressions, so also recursion; tail calls do not count, {@code time} limits them
 * @param expressionLength characters of the expression's text
 * @param inputBytes characters of the input as compact JSON. An intermediate string may have twice as many characters,
 *     an intermediate value eight times this size
 * @param resultBytes characters of the result as compact JSON
 * @param allocatedBytes allocated memory, with garbage, if the JVM counts it (HotSpot, platform threads)
 * @since 0.1
 */
public record EvaluationLimits(
        Duration time, int depth, int expressionLength, long inputBytes, long resultBytes, long allocatedBytes) {

    /** 500 ms, depth 250, 16 KiB of text, 2 MiB of input, 1 MiB of result, 256 MiB allocated. */
    public static final EvaluationLimits DEFAULT = new EvaluationLimits(
            Duration.ofMillis(500), 250, 16 * 1024, 2 * 1024 * 1024, 1024 * 1024, 256 * 1024 * 1024);

    /** @throws IllegalArgumentException if a limit is not positive */
    public EvaluationLimits {
        if (time.isNegative()
                || time.isZero()
                || Math.min(depth, expressionLength) < 1
                || Math.min(inputBytes, Math.min(resultBytes, allocatedBytes)) < 1) {
            throw new IllegalArgumentException("every limit of an evaluation must be positive, got time " + time
                    + ", depth " + depth + ", expressionLength " + expressionLength + ", inputBytes " + inputBytes
                    + ", resultBytes " + resultBytes + ", allocatedBytes " + allocatedBytes);
        }
    }

    long stringLength() {
        return 2 * inputBytes;
    }

    long valueWeight() {
        return 8 * inputBytes;
    }
}
