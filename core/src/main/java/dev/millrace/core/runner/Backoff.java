package dev.millrace.core.runner;

import dev.millrace.core.internal.run.BoundedAwait;
import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before trying again. The delay doubles with every failure in a row, from {@code first} up to {@code
 * most}, and each time a random part of it, up to half, is left off, so that many who lost the same service do not come
 * back at once. Immutable, and safe for use by many threads.
 *
 * @param first the longest delay after the first failure, positive
 * @param most the longest delay of all, not below {@code first}
 */
public record Backoff(Duration first, Duration most) {
    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException when they are not as described
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
     * @param random where the random part comes from; one thread at a time calls it
     */
    public Duration delay(int failures, RandomGenerator random) {
        double longest = Math.min(millis(most), millis(first) * Math.pow(2, Math.min(Math.max(failures - 1, 0), 1000)));
        return jittered(longest, random);
    }

    /** A delay of at most {@code longest}, of which a random part, up to half, is left off; at least 1 ms. */
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
