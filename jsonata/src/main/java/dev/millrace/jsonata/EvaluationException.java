package dev.millrace.jsonata;

import org.jspecify.annotations.Nullable;

/**
 * Thrown if a compiled expression fails on an input, or exceeds one of its {@link EvaluationLimits}.
 *
 * @since 0.1
 */
public final class EvaluationException extends RuntimeException {
    private static final int LONGEST = 500;

    EvaluationException(String why) {
        this(why, null);
    }

    EvaluationException(String why, @Nullable Throwable cause) {
        super(why.length() <= LONGEST ? why : why.substring(0, LONGEST) + "...", cause);
    }
}
