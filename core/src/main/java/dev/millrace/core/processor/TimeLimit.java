package dev.millrace.core.processor;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * How long an attempt may take, and until when it is worth beginning. Both are measured by the clock of the process that
 * runs the attempt; an {@code expiresAt} that was computed from an event's time is therefore off by as much as the clocks
 * of service and process differ.
 *
 * @param deadline the longest it may take from its beginning, positive; by default as long as it likes
 * @param expiresAt the moment from which it is not begun any more, and at which it is over if it was; by default never
 */
public record TimeLimit(Optional<Duration> deadline, Optional<Instant> expiresAt) {
    /** As long as it likes. */
    public static final TimeLimit OPEN = new TimeLimit(Optional.empty(), Optional.empty());

    /**
     * Checks the deadline.
     *
     * @throws IllegalArgumentException when it is not positive
     */
    public TimeLimit {
        deadline.filter(limit -> limit.isZero() || limit.isNegative()).ifPresent(limit -> {
            throw new IllegalArgumentException("a deadline must be positive, got " + limit);
        });
    }

    /** At most so long. */
    public static TimeLimit within(Duration deadline) {
        return new TimeLimit(Optional.of(deadline), Optional.empty());
    }

    /** Not after this moment. */
    public static TimeLimit until(Instant expiresAt) {
        return new TimeLimit(Optional.empty(), Optional.of(expiresAt));
    }

    /** The same term, and not after this moment. */
    public TimeLimit andUntil(Instant moment) {
        return new TimeLimit(deadline, Optional.of(moment));
    }

    /** True if an attempt is not to begin any more at this time. */
    public boolean isExpired(Instant now) {
        return expiresAt.filter(moment -> !moment.isAfter(now)).isPresent();
    }
}
