package dev.millrace.processors.agent;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.millrace.core.Event;
import dev.millrace.processors.agent.OpenCall.Approval;
import dev.millrace.processors.agent.OpenCall.Step;
import dev.millrace.processors.agent.tool.OfferedTool;
import dev.millrace.processors.agent.tool.ToolEvent;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The tool calls of the newest response that have not ended. A part of the agent's state. Immutable.
 *
 * @param open the calls, by id, in the order of the response
 * @param newest the offset of the newest event that changed one of them
 * @param stopped whether a caller stopped the agent; then no request follows the calls
 * @since 0.1
 */
public record OpenCalls(Map<String, OpenCall> open, long newest, boolean stopped) {
    static final OpenCalls NONE = new OpenCalls(Map.of(), 0, false);

    /** Copies the map. */
    public OpenCalls {
        open = Collections.unmodifiableMap(new LinkedHashMap<>(open));
    }

    @JsonIgnore
    public boolean isEmpty() {
        return open.isEmpty();
    }

    /** Whether all of them wait for a decision of a person. */
    @JsonIgnore
    public boolean onlyWait() {
        return open.values().stream()
                .allMatch(call -> call.step() == Step.WAITING
                        && call.approval().filter(Approval::conditional).isEmpty());
    }

    /** Adds a call of the open request; an id that is open already is ignored. */
    OpenCalls called(OpenCall call) {
        return open.containsKey(call.callId()) ? this : with(call, call.newest());
    }

    /** A caller wants no further request. */
    OpenCalls stop(long offset) {
        return new OpenCalls(open, offset, true);
    }

    /** The effect of an event; the same value if it has none, or if it does not count ({@link CallRules}). */
    OpenCalls after(Event event, ToolEvent.OfCall payload, ToolOffers tools) {
        OpenCall call = open.get(payload.callId());
        if (call == null || !CallRules.counts(payload, call.step(), event)) {
            return this;
        }
        if (ends(call, payload)) {
            Map<String, OpenCall> rest = new LinkedHashMap<>(open);
            rest.remove(call.callId());
            return new OpenCalls(rest, event.offset(), stopped);
        }
        return next(call, event, payload, tools)
                .map(changed -> with(changed, event.offset()))
                .orElse(this);
    }

    private static boolean ends(OpenCall call, ToolEvent payload) {
        if (payload instanceof ToolEvent.CallSkipped) {
            return !call.isStarted();
        }
        if (payload instanceof ToolEvent.ApprovalDenied denied) {
            return call.awaits(denied.argumentsHash());
        }
        return payload instanceof ToolEvent.CallCompleted
                || payload instanceof ToolEvent.CallFailed
                || payload instanceof ToolEvent.CallOutcomeUnknown
                || payload instanceof ToolEvent.ApprovalExpired;
    }

    private static Optional<OpenCall> next(OpenCall call, Event event, ToolEvent payload, ToolOffers tools) {
        Step step = call.step();
        if (payload instanceof ToolEvent.ApprovalRequested asked) {
            boolean conditional = asked.conditional().orElse(false);
            return Optional.of(at(call, Step.WAITING, event)
                    .within(timeout(call, tools))
                    .awaiting(new Approval(asked.argumentsHash(), asked.expiresAt(), conditional)));
        }
        if (payload instanceof ToolEvent.ApprovalWaived waived && call.awaits(waived.argumentsHash())) {
            return call.approval().filter(Approval::conditional).map(asked -> at(call, Step.APPROVED, event));
        }
        if (payload instanceof ToolEvent.ApprovalNeeded needed && call.awaits(needed.argumentsHash())) {
            return call.approval()
                    .filter(Approval::conditional)
                    .map(asked -> at(call, step, event)
                            .awaiting(new Approval(asked.argumentsHash(), asked.expiresAt(), false)));
        }
        if (payload instanceof ToolEvent.ApprovalGranted granted && call.awaits(granted.argumentsHash())) {
            return isLate(call, event) ? Optional.empty() : Optional.of(at(call, Step.APPROVED, event));
        }
        if (payload instanceof ToolEvent.CallEdited edited) {
            return call.approval()
                    .map(asked -> at(call, step, event)
                            .editedAt(event.offset())
                            .awaiting(new Approval(edited.argumentsHash(), asked.expiresAt(), false)));
        }
        if (payload instanceof ToolEvent.CallRequested) {
            return Optional.of(at(call, Step.REQUESTED, event).within(timeout(call, tools)));
        }
        if (payload instanceof ToolEvent.CallStarted started) {
            boolean again = step == Step.STARTED
                    && call.host().filter(started.host()::equals).isPresent();
            return step == Step.REQUESTED || again
                    ? Optional.of(at(call, Step.STARTED, event).on(started.host()))
                    : Optional.empty();
        }
        if (payload instanceof ToolEvent.CallCancelled) {
            return Optional.of(at(call, Step.CANCELLED, event));
        }
        return Optional.empty();
    }

    private static Duration timeout(OpenCall call, ToolOffers tools) {
        return tools.terms(call.name()).map(ToolOffers.Terms::timeout).orElse(OfferedTool.DEFAULT_TIMEOUT);
    }

    private static boolean isLate(OpenCall call, Event event) {
        return call.approval()
                .filter(asked -> !event.createdAt().isBefore(asked.expiresAt()))
                .isPresent();
    }

    private static OpenCall at(OpenCall call, Step step, Event event) {
        return call.at(step, event.offset(), event.createdAt());
    }

    private OpenCalls with(OpenCall call, long offset) {
        Map<String, OpenCall> all = new LinkedHashMap<>(open);
        all.put(call.callId(), call);
        return new OpenCalls(all, offset, stopped);
    }
}
