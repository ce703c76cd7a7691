package dev.millrace.jsonata;

import java.time.Duration;

/**
 * What one evaluation may use at most; more ends it with an {@link EvaluationException}. Immutable.
 *
 * @param time processor time of the evaluating thread; ten times as much on the clock of the wall ends it too, so that a
 *     busy machine does not fail honest expressions
 * @param depth sub-expressions inside one another, which bounds recursion (tail calls do not count, they end by time)
 * @param expressionLength characters of an expression's text
 * @param inputBytes the input's size as compact JSON, counting characters; no string made on the way may be longer than
 *     twice as many characters, and no value larger than eight times as much
 * @param resultBytes the result's size as compact JSON, counting characters
 * @param allocatedBytes memory allocated on the way, garbage included, where the JVM counts it (HotSpot, platform threads)
 */
public record EvaluationLimits(
        Duration time, int depth, int expressionLength, long inputBytes, long resultBytes, long allocatedBytes) {

    /** 500 ms, 250 deep, 16 KiB of text, 2 MiB in, 1 MiB out, 256 MiB allocated. */
    public static final EvaluationLimits DEFAULT = new EvaluationLimits(
            Duration.ofMillis(500), 250, 16 * 1024, 2 * 1024 * 1024, 1024 * 1024, 256 * 1024 * 1024);

    /** @throws IllegalArgumentException when a bound is not positive */
    public EvaluationLimits {
        if (time.isNegative()
                || time.isZero()
                || Math.min(depth, expressionLength) < 1
                || Math.min(inputBytes, Math.min(resultBytes, allocatedBytes)) < 1) {
            throw new IllegalArgumentException("every bound of an evaluation must be positive, got time " + time
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
