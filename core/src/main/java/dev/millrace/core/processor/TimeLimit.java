package dev.millrace.core.processor;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The time limit of a background task: its longest duration and its latest time. Both use the clock of the process
 * that runs the task. So an {@code expiresAt} that was computed from an event's time is wrong by the difference of the
 * two clocks.
 *
 * @param deadline the longest time from the start of the work, positive; none by default
 * @param expiresAt the time from which the work is not started, and at which running work is cancelled; none by default
 * @since 0.1
 */
public record TimeLimit(Optional<Duration> deadline, Optional<Instant> expiresAt) {
    /** No limit. */
    public static final TimeLimit OPEN = new TimeLimit(Optional.empty(), Optional.empty());

    /** @throws IllegalArgumentException if the deadline is not positive */
    public TimeLimit {
        deadline.filter(limit -> limit.isZero() || limit.isNegative()).ifPresent(limit -> {
            throw new IllegalArgumentException("a deadline must be positive, got " + limit);
        });
    }

    /** At most this long. */
    public static TimeLimit within(Duration deadline) {
        return new TimeLimit(Optional.of(deadline), Optional.empty());
    }

    /** Not after this time. */
    public static TimeLimit until(Instant expiresAt) {
        return new TimeLimit(Optional.empty(), Optional.of(expiresAt));
    }

    /** The same limit, but also not after this time. */
    public TimeLimit andUntil(Instant moment) {
        return new TimeLimit(deadline, Optional.of(moment));
    }

    /** True if a task must not start at this time. */
    public boolean isExpired(Instant now) {
        return expiresAt.filter(moment -> !moment.isAfter(now)).isPresent();
    }
}
