package dev.millrace.processors.agent;

import dev.millrace.processors.agent.AgentState.OpenRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** The decision what an agent does next: a pure function of the state, the time, and what this process knows. */
final class AgentDecision {
    /** The highest number of requests for one input; each one before it was lost with its process. */
    static final int MOST_ATTEMPTS = 5;

    /** A request without events for this time is lost. A model may think for two minutes before it says anything. */
    static final Duration LONGEST_SILENCE = Duration.ofSeconds(150);

    /**
     * What this process knows beside the log.
     *
     * @param isBehind whether it has not seen the newest event yet
     * @param runsRequest whether it sends a request to the model, or is about to
     * @param ownsAll whether no other process can be sending one: this one holds the lease, and has just caught up or has
     *     seen that the request was left behind
     */
    record Situation(boolean isBehind, boolean runsRequest, boolean ownsAll) {}

    /** Something to do. */
    sealed interface Command {}

    /** Start a request, and stop one of this process for an older input. */
    record Start(long owed) implements Command {}

    /** End the open request, because a newer input waits. */
    record Interrupt(OpenRequest request, long byOffset) implements Command {}

    /** End the open request as lost with its process. */
    record DeclareLost(OpenRequest request) implements Command {}

    /** End the open request as failed: too many were lost for this input. */
    record GiveUp(OpenRequest request) implements Command {}

    /** Decide again at this time, unless the request has a newer event by then. */
    record LookAgain(OpenRequest request, Instant due) implements Command {}

    private AgentDecision() {}

    static List<Command> next(AgentState state, Instant now, Situation here) {
        if (state.open().isEmpty()) {
            return state.owesReply() && !here.isBehind() ? List.of(new Start(state.owed())) : List.of();
        }
        OpenRequest open = state.open().get();
        Instant due = open.silentSince().plus(LONGEST_SILENCE);
        if (open.inputThrough() < state.owed()) {
            // If it is behind and this is an old event, the log says later how the request ended.
            boolean isHistory = here.isBehind() && !now.isBefore(due);
            return isHistory ? List.of() : List.of(new Interrupt(open, state.owed()));
        }
        if (here.runsRequest() || here.isBehind()) {
            return List.of();
        }
        if (!here.ownsAll() && now.isBefore(due)) {
            return List.of(new LookAgain(open, due));
        }
        return List.of(open.attempt() < MOST_ATTEMPTS ? new DeclareLost(open) : new GiveUp(open));
    }
}
