package dev.millrace.processors.circuitbreaker;

import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * A sliding window over the times of the last 100 events: over the limit if they fall into less than one second.
 *
 * <p>Each event copies at most 800 bytes, which is cheaper than decoding the smallest payload. A shared ring buffer
 * would save the copy, but could not be immutable.
 */
final class SlidingWindow implements RateMeter {
    static final SlidingWindow EMPTY = new SlidingWindow(new long[0]);

    static final int EVENTS = 100;
    static final int MILLIS = 1000;

    private final long[] times;

    private SlidingWindow(long[] times) {
        this.times = times;
    }

    /** A window of these times, in milliseconds since the epoch, oldest first; only the last 100 are kept. */
    static SlidingWindow of(long... times) {
        return new SlidingWindow(Arrays.copyOfRange(times, Math.max(0, times.length - EVENTS), times.length));
    }

    long[] times() {
        return times.clone();
    }

    /** Ignores an event of weight 0; counts every other event as one. */
    @Override
    public SlidingWindow count(Instant createdAt, double weight) {
        if (weight <= 0) {
            return this;
        }
        int kept = Math.min(times.length, EVENTS - 1);
        long[] next = new long[kept + 1];
        System.arraycopy(times, times.length - kept, next, 0, kept);
        next[kept] = createdAt.toEpochMilli();
        return new SlidingWindow(next);
    }

    @Override
    public Optional<RuleViolation> exceeded() {
        return times.length == EVENTS && times[EVENTS - 1] - times[0] < MILLIS
                ? Optional.of(RuleViolation.of(
                        "window",
                        EVENTS + " events in under 1 second",
                        seen -> seen.put("events", EVENTS).put("withinMs", times[EVENTS - 1] - times[0])))
                : Optional.empty();
    }

    @Override
    public SlidingWindow reset(Instant at) {
        return EMPTY;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SlidingWindow window && Arrays.equals(times, window.times);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(times);
    }

    @Override
    public String toString() {
        return "Window" + Arrays.toString(times);
    }
}
