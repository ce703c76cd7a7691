package dev.millrace.core.runner;

import dev.millrace.core.internal.run.BoundedAwait;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * The delays between retries. The delay doubles with each failure in a row, from {@code first} up to {@code most}; each
 * time it is shortened at random by up to half, so that clients do not return at the same moment. Immutable, and safe
 * for use by many threads.
 *
 * @param first the longest delay after the first failure, positive
 * @param most the longest delay of all, not below {@code first}
 * @since 0.1
 */
public record Backoff(Duration first, Duration most) {
    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException if a value is out of its bounds
     */
    public Backoff {
        if (first.isNegative() || first.isZero() || most.compareTo(first) < 0) {
            throw new IllegalArgumentException(
                    "backoff needs 0 < first <= most, got first " + first + " and most " + most);
        }
    }

    /**
     * The next delay, at least 1 ms.
     *
     * @param failures how many tries have failed in a row, from 1
     * @param random source of the random part; it is used under a lock
     */
    public Duration delay(int failures, RandomGenerator random) {
        double longest = Math.min(millis(most), millis(first) * Math.pow(2, Math.min(Math.max(failures - 1, 0), 1000)));
        return jittered(longest, random);
    }

    /** {@code longest}, shortened at random by up to half; at least 1 ms. */
    public static Duration jittered(Duration longest, RandomGenerator random) {
        return jittered(millis(longest), random);
    }

    private static Duration jittered(double longestMillis, RandomGenerator random) {
        double part;
        synchronized (random) {
            part = random.nextDouble();
        }
        return Duration.ofMillis((long) Math.max(1, longestMillis * (1 - part / 2)));
    }

    private static double millis(Duration duration) {
        return BoundedAwait.nanos(duration) / 1e6;
    }
}
