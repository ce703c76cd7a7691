package dev.millrace.processors.scheduler;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The times of a schedule, in whole seconds since the epoch; fractions are rounded up. Pure and immutable. */
sealed interface Schedule {
    /** The largest number of missed runs that is counted. */
    int MOST_SKIPPED = 1000;

    /** The first run of a schedule that was created at this time. */
    long first(Instant createdAt);

    /** The next run; empty if the schedule runs once. */
    default Optional<Next> next(Run run) {
        return Optional.empty();
    }

    /**
     * The most time that passes before the run at {@code runAt}, also if the clock is set backwards meanwhile; empty if
     * only the clock decides.
     */
    Optional<Duration> longestWait(long runAt);

    default boolean recurs() {
        return this instanceof Every || this instanceof Times;
    }

    /** A run that ends {@code now}. */
    record Run(long dueAt, long startedAt, long now) {}

    /**
     * The next run.
     *
     * @param runAt when it is due; later than now
     * @param skipped the number of runs missed before it, at most {@link #MOST_SKIPPED}
     */
    record Next(long runAt, long skipped) {}

    /** Once, at a given time; a past time is due immediately. */
    record OnceAt(Instant at) implements Schedule {
        @Override
        public long first(Instant createdAt) {
            return Math.max(0, secondsNotBefore(at));
        }

        @Override
        public Optional<Duration> longestWait(long runAt) {
            return Optional.empty();
        }
    }

    /** Once, after a delay. */
    record OnceIn(int delaySeconds) implements Schedule {
        @Override
        public long first(Instant createdAt) {
            return secondsNotBefore(createdAt) + delaySeconds;
        }

        @Override
        public Optional<Duration> longestWait(long runAt) {
            return Optional.of(Duration.ofSeconds(delaySeconds));
        }
    }

    /** Repeatedly, one interval after the start of the previous run; missed runs are skipped. */
    record Every(int intervalSeconds) implements Schedule {
        @Override
        public long first(Instant createdAt) {
            return secondsNotBefore(createdAt) + intervalSeconds;
        }

        @Override
        public Optional<Duration> longestWait(long runAt) {
            return Optional.of(Duration.ofSeconds(intervalSeconds));
        }

        @Override
        public Optional<Next> next(Run run) {
            long late = Math.max(0, run.startedAt() - run.dueAt()) / intervalSeconds;
            long during = Math.max(0, run.now() - run.startedAt()) / intervalSeconds;
            return Optional.of(
                    new Next(run.startedAt() + (during + 1) * intervalSeconds, Math.min(late + during, MOST_SKIPPED)));
        }
    }

    /** At every time that matches a cron expression; missed runs are skipped. */
    record Times(Cron cron) implements Schedule {
        @Override
        public long first(Instant createdAt) {
            return cron.next(createdAt).orElseThrow().getEpochSecond();
        }

        /** The time between this run and the next one. */
        @Override
        public Optional<Duration> longestWait(long runAt) {
            return Optional.of(Duration.ofSeconds(first(Instant.ofEpochSecond(runAt)) - runAt));
        }

        @Override
        public Optional<Next> next(Run run) {
            long from = Math.max(run.now(), run.dueAt());
            long next = first(Instant.ofEpochSecond(from));
            long skipped = 0;
            long missed = first(Instant.ofEpochSecond(run.dueAt()));
            while (missed < next && skipped < MOST_SKIPPED) {
                skipped++;
                missed = first(Instant.ofEpochSecond(missed));
            }
            return Optional.of(new Next(next, skipped));
        }
    }

    private static long secondsNotBefore(Instant time) {
        return time.getNano() == 0 ? time.getEpochSecond() : time.getEpochSecond() + 1;
    }
}
