package dev.millrace.processors.agent;

import dev.millrace.processors.agent.AgentState.OpenRequest;
import dev.millrace.processors.agent.OpenCall.Step;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
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
     * @param awaitsTools whether a host has not offered its tools yet that the agent was told to wait for
     * @param isExternal whether another program answers the next request
     */
    record Situation(boolean isBehind, boolean runsRequest, boolean ownsAll, boolean awaitsTools, boolean isExternal) {
        Situation(boolean isBehind, boolean runsRequest, boolean ownsAll) {
            this(isBehind, runsRequest, ownsAll, false, false);
        }
    }

    /** Something to do. */
    sealed interface Command {}

    /** Start a request, and stop one of this process for an older input. */
    record Start(long owed) implements Command {}

    /** Ask other programs for an answer. */
    record Schedule(long owed) implements Command {}

    /** End the open request, because a newer input waits. */
    record Interrupt(OpenRequest request, long byOffset) implements Command {}

    /** End the open request as lost with its process. */
    record DeclareLost(OpenRequest request) implements Command {}

    /** End the open request as failed: too many were lost for this input. */
    record GiveUp(OpenRequest request) implements Command {}

    /** Decide again at this time, unless there is an event newer than {@code newest} to decide from. */
    record LookAgain(long newest, Instant due) implements Command {}

    /** Ask the hosts to run a call, or ask for its approval. */
    record Request(OpenCall call) implements Command {}

    /** End a call that no host has started; {@code because} is the offset of the cause. */
    record Skip(OpenCall call, String reason, long because) implements Command {}

    /** Tell the host of a call to stop. */
    record Cancel(OpenCall call, String reason, long because) implements Command {}

    /** Let a person decide about a call, because no host says whether it needs an approval. */
    record AskPerson(OpenCall call) implements Command {}

    /** End a call whose host has not ended it. */
    record DeclareUnknown(OpenCall call, String reason) implements Command {}

    /** End a call that was not approved in time. */
    record Expire(OpenCall call) implements Command {}

    /**
     * How long the first request waits for the tools of hosts that start at the same time: longer than the lease of a host
     * that ended before, which the next one waits for.
     */
    static final Duration LONGEST_WAIT_FOR_TOOLS = Duration.ofSeconds(12);

    /** How much later than its time limit a call may start or end. */
    static final Duration GRACE = Duration.ofSeconds(10);

    /** How long a cancelled call may still end by itself. */
    static final Duration CANCEL_GRACE = Duration.ofSeconds(2);

    private AgentDecision() {}

    static List<Command> next(AgentState state, Instant now, Situation here) {
        if (state.open().isEmpty()) {
            if (here.isBehind()) {
                return List.of();
            }
            return state.calls().isEmpty() ? start(state, now, here) : calls(state, now);
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
        boolean isHere = here.ownsAll() && !open.external();
        if (!isHere && now.isBefore(due)) {
            return List.of(new LookAgain(open.newest(), due));
        }
        return List.of(open.attempt() < MOST_ATTEMPTS ? new DeclareLost(open) : new GiveUp(open));
    }

    private static List<Command> start(AgentState state, Instant now, Situation here) {
        if (!state.owesReply()) {
            return List.of();
        }
        Instant latest = state.owedSince().plus(LONGEST_WAIT_FOR_TOOLS);
        boolean isFirst = state.closedThrough() == 0;
        return isFirst && here.awaitsTools() && now.isBefore(latest)
                ? List.of(new LookAgain(state.owed(), latest))
                : requested(state, here);
    }

    private static List<Command> requested(AgentState state, Situation here) {
        if (!here.isExternal()) {
            return List.of(new Start(state.owed()));
        }
        return state.scheduled().isPresent() ? List.of() : List.of(new Schedule(state.owed()));
    }

    /** What to do about the open calls; a newer input or a stop ends them all. */
    private static List<Command> calls(AgentState state, Instant now) {
        List<Command> commands = new ArrayList<>();
        Instant soonest = Instant.MAX;
        for (OpenCall call : state.calls().open().values()) {
            if (state.owesReply() || state.calls().stopped()) {
                // Not caused by the call: the chain of causes of a long turn may be at its limit.
                long because = state.owesReply() ? state.owed() : state.calls().newest();
                String reason = state.owesReply() ? "a newer message interrupted it" : "the agent was stopped";
                if (call.step() == Step.STARTED) {
                    commands.add(new Cancel(call, reason, because));
                    continue;
                }
                if (call.step() != Step.CANCELLED) {
                    commands.add(new Skip(call, reason, because));
                    continue;
                }
            }
            Instant due = due(call);
            if (due.isAfter(now)) {
                soonest = due.isBefore(soonest) ? due : soonest;
            } else {
                commands.add(overdue(call, now));
            }
        }
        if (soonest.isBefore(Instant.MAX)) {
            commands.add(new LookAgain(state.calls().newest(), soonest));
        }
        return commands;
    }

    /** When something must be done about a call; at once if the model has just asked for it. */
    private static Instant due(OpenCall call) {
        return switch (call.step()) {
            case CALLED, APPROVED -> Instant.MIN;
            case WAITING -> call.approval().map(asked -> due(call, asked)).orElse(Instant.MIN);
            case REQUESTED, STARTED -> call.since().plus(call.timeout()).plus(GRACE);
            case CANCELLED -> call.since().plus(CANCEL_GRACE);
        };
    }

    private static Instant due(OpenCall call, OpenCall.Approval asked) {
        Instant answer = call.since().plus(call.timeout()).plus(GRACE);
        return asked.conditional() && answer.isBefore(asked.expiresAt()) ? answer : asked.expiresAt();
    }

    private static Command overdue(OpenCall call, Instant now) {
        return switch (call.step()) {
            case CALLED, APPROVED -> new Request(call);
            case WAITING ->
                call.approval().filter(asked -> now.isBefore(asked.expiresAt())).isPresent()
                        ? new AskPerson(call)
                        : new Expire(call);
            case REQUESTED ->
                new Skip(call, "no host has started it within " + call.timeout().plus(GRACE), call.newest());
            case STARTED ->
                new DeclareUnknown(
                        call,
                        "its host has not ended it within " + call.timeout().plus(GRACE));
            case CANCELLED ->
                call.isStarted()
                        ? new DeclareUnknown(
                                call, "it was cancelled, and its host has not ended it within " + CANCEL_GRACE)
                        : new Skip(call, "it was cancelled", call.newest());
        };
    }
}
