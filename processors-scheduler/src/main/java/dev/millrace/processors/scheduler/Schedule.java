package dev.millrace.processors.scheduler;

import java.time.Instant;
import java.util.Optional;

/** When something is due. Pure, and in whole seconds since the epoch: nothing is due before its time. Immutable. */
sealed interface Schedule {
    /** More missed runs than this are not counted. */
    int MOST_SKIPPED = 1000;

    /** The first run of a schedule that was asked for at this time. */
    long first(Instant createdAt);

    /** When it is due again; empty for what runs once. */
    Optional<Next> next(Run run);

    /** Whether it is due more than once. */
    default boolean recurs() {
        return true;
    }

    /**
     * A run that is about to end.
     *
     * @param dueAt when it was due
     * @param startedAt when it started
     * @param now the time
     */
    record Run(long dueAt, long startedAt, long now) {}

    /**
     * What comes after a run.
     *
     * @param runAt when it is due again, after now
     * @param skipped how many runs between the two were missed, {@link #MOST_SKIPPED} at most
     */
    record Next(long runAt, long skipped) {}

    /** Once, at a time; what is past is due at once. */
    record OnceAt(Instant at) implements Schedule {
        @Override
        public long first(Instant createdAt) {
            return Math.max(0, secondsNotBefore(at));
        }

        @Override
        public Optional<Next> next(Run run) {
            return Optional.empty();
        }

        @Override
        public boolean recurs() {
            return false;
        }
    }

    /** Once, after a while. */
    record OnceIn(int delaySeconds) implements Schedule {
        @Override
        public long first(Instant createdAt) {
            return secondsNotBefore(createdAt) + delaySeconds;
        }

        @Override
        public Optional<Next> next(Run run) {
            return Optional.empty();
        }

        @Override
        public boolean recurs() {
            return false;
        }
    }

    /** Again and again, an interval after the start of the run before; runs that were missed are not made up for. */
    record Every(int intervalSeconds) implements Schedule {
        @Override
        public long first(Instant createdAt) {
            return secondsNotBefore(createdAt) + intervalSeconds;
        }

        @Override
        public Optional<Next> next(Run run) {
            long late = Math.max(0, run.startedAt() - run.dueAt()) / intervalSeconds;
            long during = Math.max(0, run.now() - run.startedAt()) / intervalSeconds;
            return Optional.of(
                    new Next(run.startedAt() + (during + 1) * intervalSeconds, Math.min(late + during, MOST_SKIPPED)));
        }
    }

    /** At every time that a cron expression names; runs that were missed are not made up for. */
    record Times(Cron cron) implements Schedule {
        @Override
        public long first(Instant createdAt) {
            return cron.next(createdAt).orElseThrow().getEpochSecond();
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
