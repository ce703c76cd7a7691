package dev.millrace.processors.agent.app;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.Provenance;
import dev.millrace.core.StreamEvent;
import dev.millrace.processors.agent.AgentEvent;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentEvent.ItemCompleted;
import dev.millrace.processors.agent.AgentEvent.RequestFailed;
import dev.millrace.processors.agent.AgentProcessor;
import dev.millrace.processors.agent.AgentState;
import dev.millrace.processors.agent.AgentStatus;
import dev.millrace.processors.agent.OpenCall;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalRequested;
import dev.millrace.processors.agent.tool.ToolEvent.CallEdited;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a caller sees of an agent: the state, the newest text, open approvals, and failures outside of the agent. Computed
 * from the events since an input, or since the beginning of the stream. Not thread-safe.
 */
final class TurnState {
    private static final String HALTED = "halted";
    private static final EventCatalog STREAM = EventCatalog.of(StreamEvent.class);

    private final long from;
    private final Map<String, ApprovalRequested> asked = new HashMap<>();
    private final Map<String, JsonNode> edited = new HashMap<>();
    private final TreeMap<Integer, String> texts = new TreeMap<>();
    private AgentState state = AgentState.empty();
    private long textsOf;
    private long seen;
    private long message;
    private Optional<AgentFailure> failure = Optional.empty();
    private Optional<String> problem = Optional.empty();

    /** The answers to the input with this offset, and to later ones; 0 for all. */
    TurnState(long input) {
        from = input;
    }

    void fold(Event raw) {
        seen = raw.offset();
        Event event = raw.decodedBy(AgentEvent.catalog());
        AgentState before = state;
        state = state.after(event);
        problem = state.equals(before) ? problem : Optional.empty();
        Object payload = event.payload();
        if (payload instanceof InputAdded input && input.requiresReply()) {
            message = raw.offset();
        } else if (payload instanceof ApprovalRequested request) {
            asked.put(request.callId(), request);
        } else if (payload instanceof CallEdited edit) {
            edited.put(edit.callId(), edit.arguments());
        } else if (payload instanceof ItemCompleted item) {
            if (item.requestId() != textsOf) {
                texts.clear();
                textsOf = item.requestId();
            }
            texts.put(item.outputIndex(), item.text());
        } else if (payload instanceof RequestFailed failed && state.closedThrough() == failed.requestId()) {
            failure = Optional.of(new AgentFailure(
                    failed.failureClass(),
                    "the request to the model failed (" + failed.failureClass() + "): " + failed.message()));
        } else if (payload instanceof AgentEvent.RequestStarted) {
            failure = Optional.empty();
        } else {
            ofStream(raw.decodedBy(STREAM));
        }
    }

    private void ofStream(Event event) {
        Object payload = event.payload();
        if (payload instanceof StreamEvent.ProcessorHalted halted && isAgent(halted.processor())) {
            fail(HALTED, "the agent stopped: " + halted.message());
        } else if (payload instanceof StreamEvent.EffectFailed failed && isAgent(failed.processor())) {
            problem = Optional.of("an effect of the agent failed: " + failed.message()); // the agent tries again
        } else if (payload instanceof StreamEvent.Paused paused) {
            fail(
                    "paused",
                    "the stream is paused: " + paused.reason().orElse("no reason was given")
                            + "; to go on, append millrace/resumed");
        } else if (payload instanceof StreamEvent.ErrorOccurred error
                && event.metadata()
                        .flatMap(Provenance::processorOf)
                        .map(TurnState::isAgent)
                        .orElse(true)
                && state.owesReply()
                && state.open().isEmpty()) {
            fail("error", "the agent did not start: " + error.message());
        } else if (payload instanceof StreamEvent.Resumed) {
            failure = Optional.empty();
        }
    }

    private static boolean isAgent(String slug) {
        return slug.equals(AgentProcessor.SLUG);
    }

    private void fail(String code, String message) {
        failure = Optional.of(new AgentFailure(code, message));
    }

    AgentState state() {
        return state;
    }

    /** The offset of the newest event. */
    long seen() {
        return seen;
    }

    /** The offset of the newest message; 0 if there is none. */
    long message() {
        return message;
    }

    /** Why there is no answer now. */
    Optional<AgentFailure> failure() {
        if (failure.isEmpty() && isIdle() && state.status().reason().equals(AgentStatus.STOPPED)) {
            return Optional.of(new AgentFailure("stopped", "a caller stopped the agent; to go on, send a message"));
        }
        if (failure.isEmpty() && isIdle() && state.status().reason().equals(AgentStatus.FAILED)) {
            String code = state.status().failureClass().orElse("unknown");
            return Optional.of(new AgentFailure(
                    code, "the agent gave up (" + code + "); to go on, send a message or append llm-retry-requested"));
        }
        return failure;
    }

    /** Whether the agent of this stream has stopped for good. */
    boolean isHalted() {
        return failure.filter(why -> why.code().equals(HALTED)).isPresent();
    }

    /** What went wrong since the agent did something. It tries again by itself. */
    Optional<String> problem() {
        return problem;
    }

    /** Whether the agent has ended all work for the input. */
    boolean isIdle() {
        return state.answered() >= from
                && !state.status().working()
                && !state.status().reason().equals(AgentStatus.APPROVAL);
    }

    /** The answer, if there is one. */
    Optional<Reply> reply() {
        return isIdle() && failure().isEmpty()
                ? state.lastEnd().map(end -> new Reply(textOf(end.requestId()), end.offset()))
                : Optional.empty();
    }

    private String textOf(long requestId) {
        return requestId == textsOf ? String.join("", texts.values()) : "";
    }

    private String summaryOf(ApprovalRequested request) {
        JsonNode arguments = edited.get(request.callId());
        return arguments == null ? request.summary() : ApprovalRequested.summaryOf(request.name(), arguments);
    }

    /** The calls that wait for a decision of a person, in the order of the response. */
    List<Approval> approvals() {
        List<Approval> found = new ArrayList<>();
        for (OpenCall call : state.calls().open().values()) {
            ApprovalRequested request = asked.get(call.callId());
            OpenCall.Approval waits = call.approval().orElse(null);
            if (call.step() == OpenCall.Step.WAITING && request != null && waits != null && !waits.conditional()) {
                found.add(new Approval(
                        call.callId(),
                        call.requestId(),
                        call.name(),
                        edited.getOrDefault(call.callId(), request.arguments()),
                        waits.argumentsHash(),
                        summaryOf(request),
                        waits.expiresAt()));
            }
        }
        return found;
    }
}
