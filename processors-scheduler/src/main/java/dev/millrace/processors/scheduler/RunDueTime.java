package dev.millrace.processors.scheduler;

import dev.millrace.core.runner.Timers;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The time at which a run is due: when the clock shows the time that is written in the log, and at the latest when the
 * longest wait of the schedule has passed. Without the second rule, a clock that is set backwards would stop a schedule
 * for as long as the clock needs to get back to the written time.
 *
 * <p>A cron schedule keeps to the clock: when the longest wait has passed, its run is due at the next matching time
 * that the clock shows. So the clock of no second run shows the time of an earlier one, unless it is set again. A run
 * at a given time is due when the clock shows it, and never before.
 *
 * <p>Not thread-safe.
 */
final class RunDueTime {
    /** A run is not moved for differences below this. It is less than the shortest time between two cron runs. */
    private static final Duration TOLERANCE = Duration.ofSeconds(1);

    private final Instant runAt;
    private final Optional<Duration> latest;
    private final Optional<Schedule.Times> cron;
    private Instant match = Instant.MAX;

    private RunDueTime(Instant runAt, Optional<Duration> latest, Optional<Schedule.Times> cron) {
        this.runAt = runAt;
        this.latest = latest;
        this.cron = cron;
    }

    /** The due time of a run whose wait begins now. */
    static RunDueTime of(ScheduledRun run, Timers timers) {
        Optional<Schedule> schedule = run.entry().times();
        Duration byClock = Duration.between(timers.now(), run.dueAt());
        return new RunDueTime(
                run.dueAt(),
                schedule.flatMap(times -> longestWait(times, run.entry()))
                        .map(most -> timers.elapsed().plus(most.compareTo(byClock) < 0 ? most : byClock)),
                schedule.filter(Schedule.Times.class::isInstance).map(Schedule.Times.class::cast));
    }

    /** A caller can configure a first run that is further away than the later ones. */
    private static Optional<Duration> longestWait(Schedule schedule, ScheduleEntry entry) {
        Duration first = Duration.ofSeconds(entry.executionCount() == 0 ? entry.nextRunAt() - entry.createdAt() : 0);
        return schedule.longestWait(entry.nextRunAt()).map(most -> first.compareTo(most) > 0 ? first : most);
    }

    /** The time on the clock at which the run is due, or at which to ask again. If it is not after now, the run is due. */
    Instant onClock(Instant now, Duration elapsed) {
        if (latest.isEmpty() || !runAt.isAfter(now)) {
            return runAt;
        }
        Duration rest = latest.get().minus(elapsed);
        Instant byElapsedTime = now.plus(rest);
        if (cron.isEmpty()) {
            return earlier(runAt, byElapsedTime);
        }
        if (!byElapsedTime.isBefore(runAt.minus(TOLERANCE))) {
            return runAt;
        }
        if (rest.compareTo(TOLERANCE) > 0) {
            return byElapsedTime.minus(TOLERANCE);
        }
        match = earlier(match, Instant.ofEpochSecond(cron.get().first(now.minus(TOLERANCE))));
        return earlier(runAt, match);
    }

    private static Instant earlier(Instant a, Instant b) {
        return a.isBefore(b) ? a : b;
    }
}
