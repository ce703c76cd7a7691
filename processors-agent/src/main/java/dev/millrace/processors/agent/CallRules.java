package dev.millrace.processors.agent;

import static dev.millrace.processors.agent.CallRules.Writer.AGENT;
import static dev.millrace.processors.agent.CallRules.Writer.ANY;
import static dev.millrace.processors.agent.OpenCall.Step.APPROVED;
import static dev.millrace.processors.agent.OpenCall.Step.CALLED;
import static dev.millrace.processors.agent.OpenCall.Step.CANCELLED;
import static dev.millrace.processors.agent.OpenCall.Step.REQUESTED;
import static dev.millrace.processors.agent.OpenCall.Step.STARTED;
import static dev.millrace.processors.agent.OpenCall.Step.WAITING;
import static java.util.Map.entry;

import dev.millrace.core.Event;
import dev.millrace.processors.agent.OpenCall.Step;
import dev.millrace.processors.agent.tool.ToolEvent;
import dev.millrace.processors.agent.tool.ToolEvent.OfCall;
import java.util.EnumMap;
import java.util.Map;

/**
 * Which event counts in which step of a call, and from which writer. An event that does not count changes nothing.
 *
 * <p>Until a call is requested from the hosts, a caller that may only append cannot move it or end it; then such a caller
 * can answer it, as hosts do.
 */
final class CallRules {
    enum Writer {
        /** Each caller that may append this type; some types take {@code process} or {@code approve}. */
        ANY,
        /** The agent. */
        AGENT
    }

    private static final Map<Class<? extends OfCall>, Map<Step, Writer>> TABLE = Map.ofEntries(
            entry(ToolEvent.ApprovalRequested.class, in(ANY, CALLED)), // takes process
            entry(ToolEvent.ApprovalWaived.class, in(ANY, WAITING)), // takes process
            entry(ToolEvent.ApprovalNeeded.class, in(ANY, WAITING)), // makes the call wait for a person
            entry(ToolEvent.ApprovalGranted.class, in(ANY, WAITING)), // takes approve
            entry(ToolEvent.ApprovalDenied.class, in(ANY, WAITING)), // takes approve
            entry(ToolEvent.ApprovalExpired.class, in(ANY, WAITING)), // takes process
            entry(ToolEvent.CallEdited.class, in(ANY, WAITING)), // takes approve
            entry(ToolEvent.CallRequested.class, in(ANY, CALLED, APPROVED)), // takes process
            entry(ToolEvent.CallStarted.class, in(ANY, REQUESTED, STARTED)),
            entry(ToolEvent.CallProgressed.class, Map.of()),
            entry(ToolEvent.CallCancelled.class, in(ANY, REQUESTED, STARTED)),
            entry(ToolEvent.CallCompleted.class, in(ANY, REQUESTED, STARTED, CANCELLED)),
            entry(ToolEvent.CallFailed.class, and(in(AGENT, CALLED, APPROVED), in(ANY, REQUESTED, STARTED, CANCELLED))),
            entry(ToolEvent.CallOutcomeUnknown.class, in(ANY, REQUESTED, STARTED, CANCELLED)),
            entry(
                    ToolEvent.CallSkipped.class,
                    and(in(AGENT, CALLED, WAITING, APPROVED), in(ANY, REQUESTED, CANCELLED))));

    private CallRules() {}

    /** Whether an event counts for a call in this step. */
    static boolean counts(OfCall payload, Step step, Event event) {
        Writer writer = TABLE.getOrDefault(payload.getClass(), Map.of()).get(step);
        return writer == ANY || (writer == AGENT && isByAgent(event));
    }

    private static boolean isByAgent(Event event) {
        return event.provenance()
                .filter(from -> from.processor().equals(AgentProcessor.SLUG))
                .isPresent();
    }

    private static Map<Step, Writer> in(Writer writer, Step... steps) {
        Map<Step, Writer> row = new EnumMap<>(Step.class);
        for (Step step : steps) {
            row.put(step, writer);
        }
        return row;
    }

    private static Map<Step, Writer> and(Map<Step, Writer> one, Map<Step, Writer> other) {
        Map<Step, Writer> row = new EnumMap<>(one);
        row.putAll(other);
        return row;
    }
}
