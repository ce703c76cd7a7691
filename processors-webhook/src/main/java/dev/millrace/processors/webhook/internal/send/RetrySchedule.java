package dev.millrace.processors.webhook.internal.send;

import dev.millrace.core.runner.Backoff;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The longest waits before retries; after the last one there is no further attempt. Each wait is shortened by a random
 * part, up to half of it, so that many subscribers of one receiver do not return at the same time.
 */
public record RetrySchedule(List<Duration> delays) {
    /** Eleven attempts within almost a day. */
    public static final RetrySchedule DEFAULT = parse("200ms, 1s, 5s, 30s, 2m, 10m, 1h, 3h, 6h, 12h");

    /** The longest wait that a receiver can ask for. */
    static final Duration MOST_ASKED_FOR = Duration.ofHours(1);

    public RetrySchedule {
        delays = List.copyOf(delays);
    }

    /**
     * Reads durations separated by commas; an empty text is a schedule without retries.
     *
     * @throws IllegalArgumentException if one of them is not a duration
     */
    static RetrySchedule parse(String text) {
        return new RetrySchedule(Arrays.stream(text.split(","))
                .filter(part -> !part.isBlank())
                .map(DurationParser::parse)
                .toList());
    }

    /**
     * How long to wait after this attempt; empty if it was the last one.
     *
     * @param attempt counted from 1
     * @param askedFor the shortest wait, as far as it is not above {@link #MOST_ASKED_FOR}
     */
    public Optional<Duration> after(int attempt, Optional<Duration> askedFor, RandomGenerator random) {
        if (attempt > delays.size()) {
            return Optional.empty();
        }
        Duration wait = Backoff.jittered(delays.get(attempt - 1), random);
        return Optional.of(askedFor.map(asked -> asked.compareTo(MOST_ASKED_FOR) > 0 ? MOST_ASKED_FOR : asked)
                .filter(asked -> asked.compareTo(wait) > 0)
                .orElse(wait));
    }

    /** The number of the next attempt, within the schedule. The given number comes from the log and can be any. */
    public int next(int attempt) {
        return Math.max(0, Math.min(attempt, delays.size())) + 1;
    }

    public Duration longest() {
        return delays.stream()
                .filter(delay -> delay.compareTo(MOST_ASKED_FOR) > 0)
                .max(Duration::compareTo)
                .orElse(MOST_ASKED_FOR);
    }
}
