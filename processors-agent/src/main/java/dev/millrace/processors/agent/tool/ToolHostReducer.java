package dev.millrace.processors.agent.tool;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.processor.Obligation;
import dev.millrace.core.processor.Obligations;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalExpired;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalNeeded;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalRequested;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalWaived;
import dev.millrace.processors.agent.tool.ToolEvent.CallCancelled;
import dev.millrace.processors.agent.tool.ToolEvent.CallCompleted;
import dev.millrace.processors.agent.tool.ToolEvent.CallFailed;
import dev.millrace.processors.agent.tool.ToolEvent.CallOutcomeUnknown;
import dev.millrace.processors.agent.tool.ToolEvent.CallRequested;
import dev.millrace.processors.agent.tool.ToolEvent.CallSkipped;
import dev.millrace.processors.agent.tool.ToolEvent.CallStarted;
import dev.millrace.processors.agent.tool.ToolEvent.OfCall;
import dev.millrace.processors.agent.tool.ToolEvent.ToolsOffered;
import dev.millrace.processors.agent.tool.ToolHostState.Known;
import dev.millrace.processors.agent.tool.ToolHostState.Offer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Computes the state of a tool host; pure. Which calls are the host's follows from its offers in the log. */
final class ToolHostReducer {
    /** After the time limit of a call and this, the agent does not expect a start any more. */
    static final Duration GRACE = Duration.ofSeconds(10);

    /** The slug of the agent. */
    private static final String AGENT = "agent";

    private static final String INITIALIZED = EventCatalog.nameOf(StreamEvent.Initialized.class);

    private ToolHostReducer() {}

    static ToolHostState reduce(String host, ToolHostState before, Event event) {
        ToolHostState state = before.first() == 0 ? before.withFirst(event.offset(), copiedThrough(event)) : before;
        Object payload = event.payload();
        if (payload instanceof ToolsOffered offered) {
            return offered.host().equals(host) ? state.withOffer(offer(offered, event.offset())) : state;
        }
        // The calls that a fork copied are those of the other stream, and its hosts run them.
        boolean isOwn = event.offset() > state.copiedThrough();
        return isOwn && payload instanceof OfCall call ? reduce(host, state, call, event) : state;
    }

    private static long copiedThrough(Event event) {
        return event.offset() == 1 && event.type().equals(INITIALIZED)
                ? event.payloadJson().at("/forkedFrom/offset").asLong()
                : 0;
    }

    private static Offer offer(ToolsOffered offered, long offset) {
        Map<String, Known> tools = new LinkedHashMap<>();
        for (OfferedTool tool : offered.tools()) {
            boolean conditional = tool.approvalOrNever() == ApprovalMode.CONDITIONAL;
            tools.put(tool.name(), new Known(tool.timeoutOrDefault(), conditional));
        }
        return new Offer(offered.toolsHash(), offset, tools);
    }

    private static ToolHostState reduce(String host, ToolHostState state, OfCall call, Event event) {
        if (call instanceof ApprovalRequested asked) {
            boolean isOurs = asked.conditional().orElse(false)
                    && known(state, asked.name()).filter(Known::conditional).isPresent();
            String id = new CallRef(asked.requestId(), asked.callId()).toString();
            return isOurs ? state.withApprovals(state.approvals().requested(id, event)) : state;
        }
        if (call instanceof ApprovalWaived waived) {
            return waived.host().equals(host) ? decided(state, call.callId()) : state;
        }
        if (call instanceof ApprovalNeeded needed) {
            return needed.host().equals(host) ? decided(state, call.callId()) : state;
        }
        if (call instanceof CallRequested requested) {
            return requested(decided(state, call.callId()), requested, event);
        }
        if (call instanceof CallStarted started) {
            return started(host, state, started);
        }
        if (call instanceof CallCancelled) {
            return cancelled(state, call.callId());
        }
        if (call instanceof ApprovalExpired) {
            return decided(state, call.callId());
        }
        if (call instanceof CallSkipped) {
            // Before the request only the agent skips a call.
            ToolHostState undecided = isByAgent(event) ? decided(state, call.callId()) : state;
            return find(undecided, call.callId()).filter(Obligation::inDoubt).isPresent()
                    ? undecided
                    : ended(undecided, call.callId());
        }
        boolean isEnd =
                call instanceof CallCompleted || call instanceof CallFailed || call instanceof CallOutcomeUnknown;
        return isEnd ? ended(state, call.callId()) : state;
    }

    private static boolean isByAgent(Event event) {
        return event.provenance().filter(from -> from.processor().equals(AGENT)).isPresent();
    }

    private static Optional<Known> known(ToolHostState state, String tool) {
        return state.offer().map(offer -> offer.tools().get(tool));
    }

    private static ToolHostState requested(ToolHostState state, CallRequested call, Event event) {
        Optional<Known> tool = known(state, call.name());
        if (tool.isEmpty() || find(state, call.callId()).isPresent()) {
            return state;
        }
        String id = new CallRef(call.requestId(), call.callId()).toString();
        var lastStart = event.createdAt().plus(tool.get().timeout()).plus(GRACE);
        return call.effect() == SideEffect.ONCE
                ? state.withCalls(state.once().requested(id, event, lastStart), state.repeatable())
                : state.withCalls(state.once(), state.repeatable().requested(id, event, lastStart));
    }

    /** The start with the lowest offset counts. If it is another host's, this one has nothing to do. */
    private static ToolHostState started(String host, ToolHostState state, CallStarted start) {
        Optional<Obligation> call = find(state, start.callId());
        if (call.isEmpty()) {
            return state;
        }
        String id = call.get().id();
        if (state.cancelled().contains(id) && !call.get().inDoubt()) {
            return ended(state, start.callId()); // a start after the cancellation does not count
        }
        if (start.host().equals(host)) {
            return state.withCalls(
                    state.once().isOpen(id) ? state.once().started(id) : state.once(),
                    state.repeatable().isOpen(id) ? state.repeatable().started(id) : state.repeatable());
        }
        return call.get().inDoubt() ? state : ended(state, start.callId());
    }

    private static ToolHostState cancelled(ToolHostState state, String callId) {
        return find(state, callId)
                .map(Obligation::id)
                .filter(id -> !state.cancelled().contains(id))
                .map(id -> {
                    List<String> more = new ArrayList<>(state.cancelled());
                    more.add(id);
                    return state.withCancelled(more);
                })
                .orElse(state);
    }

    private static ToolHostState decided(ToolHostState state, String callId) {
        return find(state.approvals(), callId)
                .map(duty -> state.withApprovals(state.approvals().settled(duty.id())))
                .orElse(state);
    }

    private static ToolHostState ended(ToolHostState state, String callId) {
        return find(state, callId)
                .map(duty -> state.withCalls(
                        state.once().settled(duty.id()), state.repeatable().settled(duty.id())))
                .orElse(state);
    }

    private static Optional<Obligation> find(ToolHostState state, String callId) {
        return find(state.once(), callId).or(() -> find(state.repeatable(), callId));
    }

    private static Optional<Obligation> find(Obligations open, String callId) {
        return open.open().values().stream()
                .filter(duty -> CallRef.parse(duty.id()).callId().equals(callId))
                .findFirst();
    }
}
