package dev.millrace.client;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before trying again: any time between nothing and a limit, and the limit doubles with every failure.
 * Clients that lost the same server therefore do not come back in step. Safe for use by many threads.
 *
 * @param first the limit after the first failure, positive
 * @param most the limit that is never exceeded, not below {@code first}
 * @param random where the delay within the limit comes from; called by one thread at a time
 */
record Backoff(Duration first, Duration most, RandomGenerator random) {
    Backoff {
        if (first.isNegative() || first.isZero() || most.compareTo(first) < 0) {
            throw new IllegalArgumentException(
                    "backoff needs 0 < first <= most, got first " + first + " and most " + most);
        }
    }

    /**
     * The next delay.
     *
     * @param failures how many attempts have failed in a row before the last one, from 0
     */
    Duration delay(int failures) {
        double doubled = (double) first.toNanos() * Math.pow(2, Math.min(failures, 40));
        long limit = (long) Math.min(doubled, (double) most.toNanos());
        synchronized (random) {
            return Duration.ofNanos(random.nextLong(limit + 1));
        }
    }
}
