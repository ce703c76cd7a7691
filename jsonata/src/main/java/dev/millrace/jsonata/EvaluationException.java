package dev.millrace.jsonata;

import org.jspecify.annotations.Nullable;

/** An expression that was compiled could not be evaluated over an input: it failed, or it met one of its {@link EvaluationLimits}. */
public final class EvaluationException extends RuntimeException {
    private static final int LONGEST = 500;

    EvaluationException(String why) {
        this(why, null);
    }

    EvaluationException(String why, @Nullable Throwable cause) {
        super(why.length() <= LONGEST ? why : why.substring(0, LONGEST) + "...", cause);
    }
}
