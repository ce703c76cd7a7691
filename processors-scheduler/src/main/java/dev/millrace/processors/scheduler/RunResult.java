package dev.millrace.processors.scheduler;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.EventInput;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.processors.scheduler.ScheduleEvent.ExecutionFinished;
import java.util.Optional;

/**
 * The result of a run.
 *
 * @param error what failed; empty after a success
 * @param last whether every later run would fail too; this ends the schedule
 */
record RunResult(Optional<String> error, boolean last) {
    static final RunResult SUCCEEDED = new RunResult(Optional.empty(), false);

    private static final int LONGEST_ERROR = 2000;

    /** A failure of this run; later runs may succeed. */
    static RunResult failed(Throwable why) {
        return failed(why, false);
    }

    /** A failure that every later run would have too. */
    static RunResult permanentFailure(Throwable why) {
        return failed(why, true);
    }

    private static RunResult failed(Throwable why, boolean last) {
        String error = String.valueOf(why.getMessage());
        return new RunResult(
                Optional.of(error.length() <= LONGEST_ERROR ? error : error.substring(0, LONGEST_ERROR) + "…"), last);
    }

    /** The {@code execution-finished} event; its metadata has the error and the number of skipped runs. */
    EventDraft finished(ScheduledRun scheduledRun, StreamPath path, Optional<Schedule.Next> following) {
        Optional<Schedule.Next> next = following.filter(run -> !last);
        ExecutionFinished payload = new ExecutionFinished(
                scheduledRun.slug(), error.isEmpty() ? "succeeded" : "failed", next.map(Schedule.Next::runAt));
        ObjectNode metadata = JsonNodeFactory.instance.objectNode();
        error.ifPresent(text -> metadata.put("error", text));
        next.filter(run -> run.skipped() > 0).ifPresent(run -> metadata.put("skipped", run.skipped()));
        EventInput input = EventInput.builder()
                .from(EventInput.of(payload))
                .idempotencyKey(scheduledRun.key(IdempotencyKeys.FINISHED, path))
                .metadata(metadata)
                .build();
        return EventDraft.of(input).because(scheduledRun.entry().offset());
    }
}
