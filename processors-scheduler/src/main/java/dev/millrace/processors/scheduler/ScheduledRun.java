package dev.millrace.processors.scheduler;

import dev.millrace.core.StreamPath;
import java.time.Instant;

/**
 * One run of one schedule, past or to come. Its identity is the event that configured the schedule, the time it is due
 * and the number of runs before it; the keys of what it appends are made of these.
 *
 * @param slug the schedule
 * @param entry the schedule as it was before this run
 */
record ScheduledRun(String slug, ScheduleEntry entry) {
    Instant dueAt() {
        return Instant.ofEpochSecond(entry.nextRunAt());
    }

    boolean isDue(Instant now) {
        return !now.isBefore(dueAt());
    }

    /** Whether it is still to be made: the schedule was neither replaced nor cancelled, and did not get further. */
    boolean standsIn(SchedulerState state) {
        return state.entry(slug)
                .filter(current -> new ScheduledRun(slug, current).id().equals(id()))
                .isPresent();
    }

    /** Which run of the stream it is. */
    String id() {
        return entry.offset() + ":" + entry.nextRunAt() + ":" + entry.executionCount();
    }

    /** The key of what this run appends in one of its steps. */
    String key(String step, StreamPath path) {
        return IdempotencyKeys.prefix(step, path) + id();
    }
}
