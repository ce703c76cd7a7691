package dev.millrace.processors.circuitbreaker;

import java.time.Instant;
import java.util.Optional;

/**
 * A token bucket. It starts full, each event removes its weight, and it refills continuously. It is over the limit
 * while its balance is negative.
 *
 * <p>Amounts are whole numbers of 1/60,000 token: {@code n} tokens per minute are exactly {@code n} units per
 * millisecond, so no rounding errors add up over a long log.
 *
 * @param capacity tokens, positive
 * @param refillPerMinute tokens, positive
 * @param balance in 1/60,000 token; never above the capacity, never below minus the capacity
 * @param refilledAt the time of the balance, in milliseconds since the epoch
 */
record TokenBucket(int capacity, int refillPerMinute, long balance, long refilledAt) implements RateMeter {
    private static final long UNITS = 60_000;

    static TokenBucket full(int capacity, int refillPerMinute, Instant at) {
        return new TokenBucket(capacity, refillPerMinute, capacity * UNITS, at.toEpochMilli());
    }

    static TokenBucket of(int capacity, int refillPerMinute, double tokens, long refilledAt) {
        return new TokenBucket(capacity, refillPerMinute, Math.round(tokens * UNITS), refilledAt);
    }

    double tokens() {
        return (double) balance / UNITS;
    }

    @Override
    public TokenBucket count(Instant createdAt, double weight) {
        long now = Math.max(refilledAt, createdAt.toEpochMilli());
        long cost = Math.round(Math.min(weight, 2.0 * capacity) * UNITS);
        long next = Math.max(refilled(now - refilledAt) - cost, -capacity * UNITS);
        return new TokenBucket(capacity, refillPerMinute, next, now);
    }

    private long refilled(long millis) {
        long full = capacity * UNITS;
        long missing = full - balance;
        return millis > missing / refillPerMinute ? full : Math.min(full, balance + millis * refillPerMinute);
    }

    @Override
    public Optional<RuleViolation> exceeded() {
        return balance < 0
                ? Optional.of(RuleViolation.of(
                        "token-bucket",
                        "burst rate limit exceeded",
                        seen -> seen.put("availableTokens", tokens())
                                .put("burstCapacity", capacity)
                                .put("refillRatePerMinute", refillPerMinute)))
                : Optional.empty();
    }

    @Override
    public TokenBucket reset(Instant at) {
        return full(capacity, refillPerMinute, at);
    }
}
