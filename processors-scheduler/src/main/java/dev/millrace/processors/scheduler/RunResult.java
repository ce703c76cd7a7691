package dev.millrace.processors.scheduler;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.EventInput;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.processors.scheduler.ScheduleEvent.ExecutionFinished;
import java.util.Optional;

/**
 * What came of a run.
 *
 * @param error what failed, if anything did
 * @param last whether another run would fail just so, which ends the schedule
 */
record RunResult(Optional<String> error, boolean last) {
    static final RunResult SUCCEEDED = new RunResult(Optional.empty(), false);

    private static final int LONGEST_ERROR = 2000;

    /** This run failed; the next one may not. */
    static RunResult failed(Throwable why) {
        return failed(why, false);
    }

    /** This run failed, and every other one would. */
    static RunResult hopeless(Throwable why) {
        return failed(why, true);
    }

    private static RunResult failed(Throwable why, boolean last) {
        String error = String.valueOf(why.getMessage());
        return new RunResult(
                Optional.of(error.length() <= LONGEST_ERROR ? error : error.substring(0, LONGEST_ERROR) + "…"), last);
    }

    /** The event that says so; what has no place in its payload is in its metadata. */
    EventDraft finished(ScheduledRun tick, StreamPath path, Optional<Schedule.Next> following) {
        Optional<Schedule.Next> next = following.filter(run -> !last);
        ExecutionFinished payload = new ExecutionFinished(
                tick.slug(), error.isEmpty() ? "succeeded" : "failed", next.map(Schedule.Next::runAt));
        ObjectNode metadata = JsonNodeFactory.instance.objectNode();
        error.ifPresent(text -> metadata.put("error", text));
        next.filter(run -> run.skipped() > 0).ifPresent(run -> metadata.put("skipped", run.skipped()));
        EventInput input = EventInput.builder()
                .from(EventInput.of(payload))
                .idempotencyKey(tick.key(IdempotencyKeys.FINISHED, path))
                .metadata(metadata)
                .build();
        return EventDraft.of(input).because(tick.entry().offset());
    }
}
