package dev.millrace.jsonata;

import com.dashjoin.jsonata.Functions;
import org.jspecify.annotations.Nullable;

/** JSONata's idea of truth, that of {@code $boolean}. */
final class Truthiness {
    private Truthiness() {}

    static boolean of(@Nullable Object value) {
        return Boolean.TRUE.equals(Functions.toBoolean(value));
    }
}
