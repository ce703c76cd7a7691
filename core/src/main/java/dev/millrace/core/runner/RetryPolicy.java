package dev.millrace.core.runner;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How often and after which delays a failed effect is retried. The delay doubles from {@code first} up to {@code most};
 * each time it is shortened at random by up to half, so that runners do not retry at the same moment.
 *
 * @param retries how often after the first try; 0 for never
 * @param first the longest first delay, positive
 * @param most the longest delay of all, not below {@code first}
 * @since 0.1
 */
public record RetryPolicy(int retries, Duration first, Duration most) {
    /** Three retries, after 0.2 s, 0.4 s and 0.8 s at most. */
    public static final RetryPolicy DEFAULT = new RetryPolicy(3, Duration.ofMillis(200), Duration.ofSeconds(30));

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException if a value is out of its bounds
     */
    public RetryPolicy {
        if (retries < 0 || first.isNegative() || first.isZero() || most.compareTo(first) < 0) {
            throw new IllegalArgumentException("retry policy needs retries >= 0 and 0 < first <= most, got " + retries
                    + " retries, first " + first + ", most " + most);
        }
    }

    public Duration delay(int retry, RandomGenerator random) {
        return new Backoff(first, most).delay(retry, random);
    }
}
