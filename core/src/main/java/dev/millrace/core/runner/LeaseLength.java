package dev.millrace.core.runner;

import java.time.Duration;

/** The bounds of the length of a lease. */
final class LeaseLength {
    static final Duration DEFAULT = Duration.ofSeconds(10);
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    private LeaseLength() {}

    /** Returns the length; throws {@link IllegalArgumentException} if renewals could not keep such a lease. */
    static Duration checked(Duration length) {
        if (length.compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException("a lease must be 1 s or longer, got " + length);
        }
        return length;
    }
}
