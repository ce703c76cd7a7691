package dev.millrace.processors.scheduler;

import dev.millrace.core.StreamPath;
import java.time.Instant;

/**
 * A run of a schedule, with its entry before the run. Its identity, and so the keys of its appends, consists of the
 * configuring event, the due time and the number of earlier runs.
 */
record ScheduledRun(String slug, ScheduleEntry entry) {
    Instant dueAt() {
        return Instant.ofEpochSecond(entry.nextRunAt());
    }

    /** Whether the run is still pending: the schedule was not replaced or cancelled, and this run is not finished. */
    boolean isValidIn(SchedulerState state) {
        return state.entry(slug)
                .filter(current -> new ScheduledRun(slug, current).id().equals(id()))
                .isPresent();
    }

    /** Identifies the run within the stream. */
    String id() {
        return entry.offset() + ":" + entry.nextRunAt() + ":" + entry.executionCount();
    }

    String key(String step, StreamPath path) {
        return IdempotencyKeys.prefix(step, path) + id();
    }
}
