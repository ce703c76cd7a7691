package dev.millrace.testkit;

import dev.millrace.core.Event;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.RunnerStatus;
import java.util.List;
import java.util.Map;

/**
 * What came of a {@link Script}.
 *
 * @param log the processor's own stream, the given part included, decoded
 * @param appended what the processor appended, by stream, in the order of each
 * @param state the last state of the run
 * @param status where the run stood in the end
 * @param <S> the state
 */
record Outcome<S>(List<Event> log, Map<StreamPath, List<Event>> appended, S state, RunnerStatus status) {
    /** What the processor appended to a stream. */
    List<Event> appendedTo(StreamPath path) {
        return appended.getOrDefault(path, List.of());
    }

    /** Whether the reducer threw. */
    boolean halted() {
        return status.phase() == RunnerStatus.Phase.HALTED;
    }
}
