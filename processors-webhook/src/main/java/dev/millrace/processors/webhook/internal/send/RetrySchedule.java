package dev.millrace.processors.webhook.internal.send;

import dev.millrace.core.runner.Backoff;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * How long to wait before each further attempt; after the last one there is none. Of each wait a random part, up to half,
 * is left off, so that many subscribers of one receiver do not come back at once.
 *
 * @param delays the longest waits, in order
 */
public record RetrySchedule(List<Duration> delays) {
    /** Eleven attempts in almost a day. */
    public static final RetrySchedule DEFAULT = parse("200ms, 1s, 5s, 30s, 2m, 10m, 1h, 3h, 6h, 12h");

    /** What a receiver may ask for at most. */
    static final Duration MOST_ASKED_FOR = Duration.ofHours(1);

    public RetrySchedule {
        delays = List.copyOf(delays);
    }

    /**
     * Reads durations with commas between them; an empty text is a schedule without further attempts.
     *
     * @throws IllegalArgumentException when one of them is not a duration
     */
    static RetrySchedule parse(String text) {
        return new RetrySchedule(Arrays.stream(text.split(","))
                .filter(part -> !part.isBlank())
                .map(DurationParser::parse)
                .toList());
    }

    /**
     * How long to wait after this attempt; empty when it was the last one.
     *
     * @param attempt counted from 1
     * @param askedFor never earlier than this, within bounds
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

    /** The number of the attempt after this one, as far as the schedule goes: the log may say anything. */
    public int next(int attempt) {
        return Math.max(0, Math.min(attempt, delays.size())) + 1;
    }

    /** The longest wait there can be. */
    public Duration longest() {
        return delays.stream()
                .filter(delay -> delay.compareTo(MOST_ASKED_FOR) > 0)
                .max(Duration::compareTo)
                .orElse(MOST_ASKED_FOR);
    }
}
