package dev.millrace.processors.agent;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import dev.millrace.processors.agent.AgentEvent.CapabilityLearned;
import dev.millrace.processors.agent.AgentEvent.ChunkAdded;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentEvent.ItemCompleted;
import dev.millrace.processors.agent.AgentEvent.LlmConfigUpdated;
import dev.millrace.processors.agent.AgentEvent.RequestCancelled;
import dev.millrace.processors.agent.AgentEvent.RequestFailed;
import dev.millrace.processors.agent.AgentEvent.RequestScheduled;
import dev.millrace.processors.agent.AgentEvent.RequestStarted;
import dev.millrace.processors.agent.AgentEvent.RetryRequested;
import dev.millrace.processors.agent.AgentEvent.RetryScheduled;
import dev.millrace.processors.agent.AgentEvent.SystemPromptUpdated;
import dev.millrace.processors.agent.AgentState.OpenRequest;
import dev.millrace.processors.agent.AgentState.RequestEnd;
import dev.millrace.processors.agent.AgentState.ScheduledRequest;
import dev.millrace.processors.agent.AgentState.Unsupported;
import dev.millrace.processors.agent.model.Model;
import dev.millrace.processors.agent.model.ModelItem.ToolCall;
import dev.millrace.processors.agent.model.Origin;
import dev.millrace.processors.agent.tool.ToolEvent;
import dev.millrace.processors.agent.tool.ToolEvent.ToolsOffered;
import java.time.Instant;
import java.util.Optional;

/** The reducer of an agent. Pure. Each event costs the same, however long the log is. */
final class AgentReducer {
    /** The provider of all requests in logs of earlier versions. */
    static final String FIRST_PROVIDER = "openai";

    private static final int MOST_UNSUPPORTED = 100;

    /** The highest number of responses with tool calls for one input; a model in a loop must end. */
    static final int MOST_ROUNDS = 100;

    /** The class of the failure of a turn with more. */
    static final String ROUNDS = "tool-rounds";

    /** More calls in one response are not run. */
    private static final int MOST_CALLS = 128;

    private AgentReducer() {}

    static AgentState reduce(AgentState state, Event event) {
        AgentState next = next(state, event);
        return next == state ? state : withStatus(next, event);
    }

    private static AgentState next(AgentState state, Event event) {
        Object payload = event.payload();
        if (payload instanceof InputAdded input) {
            return input(state, event, input);
        }
        if (payload instanceof SystemPromptUpdated updated) {
            ImmutableAgentState.Builder next = copy(state)
                    .systemPrompt(event.offset())
                    .inputThrough(event.offset())
                    .length(state.length() + updated.systemPrompt().length());
            return configured(next.build(), event);
        }
        if (payload instanceof LlmConfigUpdated updated) {
            ImmutableAgentState.Builder next =
                    copy(state).config(state.config().with(updated)).inputThrough(event.offset());
            return configured(next.build(), event);
        }
        if (payload instanceof RetryRequested) {
            return isAbandoned(state) ? owed(state, event) : state;
        }
        if (payload instanceof ToolsOffered offer) {
            return copy(state)
                    .tools(state.tools().offered(offer, event.offset()))
                    .build();
        }
        if (payload instanceof ToolEvent.OfCall ofCall) {
            return ofCall(state, event, ofCall);
        }
        if (payload instanceof RequestCancelled stop && stops(state, stop)) {
            AgentState heard = copy(state)
                    .answered(Math.max(state.answered(), state.owed()))
                    .scheduled(Optional.empty())
                    .build();
            return state.calls().isEmpty()
                    ? ended(heard, event, RequestEnding.CANCELLED.outcome(), Optional.empty())
                    : copy(heard).calls(state.calls().stop(event.offset())).build();
        }
        if (payload instanceof CapabilityLearned learned) {
            return learned(state, learned);
        }
        if (payload instanceof RequestScheduled scheduled) {
            return scheduled(state, event, scheduled);
        }
        if (payload instanceof RequestStarted started) {
            return started(state, event, started);
        }
        return state.open().map(open -> underWay(state, open, event)).orElse(state);
    }

    private static AgentState input(AgentState state, Event event, InputAdded input) {
        AgentState next = copy(state)
                .inputThrough(event.offset())
                .length(state.length() + length(input.content()))
                .build();
        return input.requiresReply() ? owed(next, event) : next;
    }

    private static long length(JsonNode content) {
        long length = content.asText("").length();
        for (JsonNode part : content) {
            length += part.path("text").asText("").length();
        }
        return length;
    }

    /** A new configuration; a request that failed with the old one is made again. */
    private static AgentState configured(AgentState state, Event event) {
        AgentState next = copy(state).configured(event.offset()).build();
        boolean failed = isAbandoned(state)
                && state.lastEnd()
                        .filter(end -> end.outcome().equals(RequestEnding.FAILED.outcome()))
                        .isPresent();
        return failed ? owed(next, event) : next;
    }

    /** Whether the newest input has no complete answer, and no request for it is open. */
    private static boolean isAbandoned(AgentState state) {
        return state.open().isEmpty()
                && !state.owesReply()
                && state.lastEnd()
                        .filter(end -> !end.outcome().equals(RequestEnding.COMPLETED.outcome()))
                        .isPresent();
    }

    private static AgentState owed(AgentState state, Event event) {
        return owed(state, event.offset(), event.createdAt());
    }

    private static AgentState owed(AgentState state, long offset, Instant since) {
        return copy(state)
                .owed(offset)
                .owedSince(since)
                .inputThrough(Math.max(offset, state.inputThrough()))
                .attempts(0)
                .rounds(0)
                .scheduled(Optional.empty())
                .build();
    }

    /** The effect on a call. When the last call has ended, the model waits for the results. */
    private static AgentState ofCall(AgentState state, Event event, ToolEvent.OfCall payload) {
        OpenCalls calls =
                state.open().isPresent() ? state.calls() : state.calls().after(event, payload, state.tools());
        if (calls.equals(state.calls())) {
            return state;
        }
        AgentState next = copy(state)
                .calls(calls)
                .length(state.length() + CallResult.of(payload).length())
                .build();
        if (!calls.isEmpty()) {
            return next;
        }
        AgentState ended = copy(next).calls(OpenCalls.NONE).build();
        if (calls.stopped()) {
            return ended(ended, event, RequestEnding.CANCELLED.outcome(), Optional.empty());
        }
        if (state.owesReply()) {
            return owed(ended, event);
        }
        return state.rounds() + 1 < MOST_ROUNDS
                ? copy(owed(ended, event)).rounds(state.rounds() + 1).build()
                : ended(ended, event, RequestEnding.FAILED.outcome(), Optional.of(ROUNDS));
    }

    /**
     * Whether a caller stops an agent that has no open request, but open calls, or a request to make. An interruption by
     * an input, which can come just after the end of its request, is no stop: that input wants an answer.
     */
    private static boolean stops(AgentState state, RequestCancelled stop) {
        return state.open().isEmpty()
                && stop.byOffset().isEmpty()
                && stop.requestId() == state.closedThrough()
                && (!state.calls().isEmpty() || state.owesReply());
    }

    private static AgentState ended(AgentState state, Event event, String outcome, Optional<String> failureClass) {
        RequestEnd end = new RequestEnd(state.closedThrough(), event.offset(), outcome, failureClass, Optional.empty());
        return copy(state).lastEnd(end).build();
    }

    private static AgentState learned(AgentState state, CapabilityLearned learned) {
        Unsupported refused = new Unsupported(learned.baseUrl(), learned.model(), learned.parameter());
        boolean known = state.unsupported().contains(refused);
        if (learned.supported()) {
            return known
                    ? copy(state)
                            .unsupported(state.unsupported().stream()
                                    .filter(other -> !other.equals(refused))
                                    .toList())
                            .build()
                    : state;
        }
        boolean isNew = !known && state.unsupported().size() < MOST_UNSUPPORTED;
        return isNew ? copy(state).addUnsupported(refused).build() : state;
    }

    /** A request for other programs; none if it is for an old input, or if another request is open. */
    private static AgentState scheduled(AgentState state, Event event, RequestScheduled scheduled) {
        long through = Math.min(scheduled.inputThroughOffset(), event.offset() - 1);
        boolean isStale =
                !state.owesReply() || through < state.owed() || state.open().isPresent();
        return isStale
                ? state
                : copy(state)
                        .scheduled(new ScheduledRequest(event.offset(), through, state.attempts() + 1))
                        .attempts(state.attempts() + 1)
                        .build();
    }

    private static AgentState started(AgentState state, Event event, RequestStarted started) {
        long offset = event.offset();
        boolean isExternal = started.scheduledOffset().isPresent();
        Optional<ScheduledRequest> asked =
                state.scheduled().filter(scheduled -> started.scheduledOffset().equals(Optional.of(scheduled.id())));
        // What another program answers is what it was asked.
        long through =
                asked.map(ScheduledRequest::inputThrough).orElse(Math.min(started.inputThroughOffset(), offset - 1));
        int attempt = asked.map(ScheduledRequest::attempt).orElse(started.attempt());
        boolean stale = (isExternal && asked.isEmpty())
                || !state.owesReply()
                || through <= state.answered()
                || state.open().filter(open -> open.inputThrough() > through).isPresent();
        if (stale) {
            return state;
        }
        AgentState before = state.open()
                .map(open -> closed(state, open, event, RequestEnding.SUPERSEDED))
                .orElse(state);
        Origin origin = new Origin(
                started.provider().orElse(isExternal ? Model.EXTERNAL : FIRST_PROVIDER),
                started.baseUrl(),
                started.model(),
                isExternal ? Optional.of(Model.EXTERNAL) : started.wire());
        return copy(before)
                .calls(OpenCalls.NONE)
                .scheduled(Optional.empty())
                .open(new OpenRequest(
                        offset, through, attempt, origin, offset, event.createdAt(), before.length(), 0, 0, isExternal))
                .attempts(through >= state.owed() ? attempt : state.attempts())
                .build();
    }

    /** The effect of an event on the open request; none if the event is about another request. */
    private static AgentState underWay(AgentState state, OpenRequest open, Event event) {
        Object payload = event.payload();
        if (payload instanceof ChunkAdded chunk && chunk.requestId() == open.id()) {
            return alive(
                    state,
                    open.after(event.offset(), event.createdAt(), chunk.text().length(), 0));
        }
        if (payload instanceof ItemCompleted item && item.requestId() == open.id()) {
            AgentState next = item.item() instanceof ToolCall call ? called(state, open, event, call) : state;
            return alive(
                    next,
                    open.after(event.offset(), event.createdAt(), 0, item.item().length()));
        }
        if (payload instanceof RetryScheduled retry && retry.requestId() == open.id()) {
            Instant next = event.createdAt().plusMillis(Math.max(0, retry.delayMs()));
            return alive(state, open.after(event.offset(), next, 0, 0));
        }
        return RequestEnding.of(payload, open.id())
                .map(ending -> closed(state, open, event, ending))
                .orElse(state);
    }

    private static AgentState called(AgentState state, OpenRequest open, Event event, ToolCall call) {
        OpenCall called = OpenCall.called(call.callId(), call.name(), open.id(), event.offset(), event.createdAt());
        boolean isFull = state.calls().open().size() >= MOST_CALLS;
        return isFull ? state : copy(state).calls(state.calls().called(called)).build();
    }

    private static AgentState alive(AgentState state, OpenRequest open) {
        return copy(state).open(open).build();
    }

    private static AgentState closed(AgentState state, OpenRequest open, Event event, RequestEnding ending) {
        ImmutableAgentState.Builder next = copy(state)
                .open(Optional.empty())
                .calls(ending == RequestEnding.COMPLETED ? state.calls() : OpenCalls.NONE)
                .closedThrough(open.id())
                .length(state.length() + open.outputLength())
                .usage(state.usage().plus(RequestEnding.usage(event.payload()).orElseGet(open::estimatedUsage)));
        if (!ending.answers()) {
            return next.build();
        }
        Optional<RequestFailed> failure = Optional.of(event.payload())
                .filter(RequestFailed.class::isInstance)
                .map(RequestFailed.class::cast);
        AgentState answered = next.answered(Math.max(state.answered(), open.inputThrough()))
                .lastEnd(new RequestEnd(
                        open.id(),
                        event.offset(),
                        ending.outcome(),
                        failure.map(RequestFailed::failureClass),
                        failure.flatMap(RequestFailed::retryAt)))
                .build();
        boolean configuredMeanwhile = failure.isPresent() && state.configured() > open.inputThrough();
        return configuredMeanwhile && !answered.owesReply()
                ? owed(answered, state.configured(), event.createdAt())
                : answered;
    }

    private static AgentState withStatus(AgentState state, Event event) {
        AgentStatus status = status(state, event);
        return status.equals(state.status())
                ? state
                : copy(state).status(status).build();
    }

    private static AgentStatus status(AgentState state, Event event) {
        if (state.open().isPresent()) {
            long id = state.open().get().id();
            if (event.payload() instanceof RetryScheduled retry && retry.requestId() == id) {
                return AgentStatus.working(AgentStatus.RETRY_WAIT, event.offset());
            }
            boolean waits = state.status().reason().equals(AgentStatus.RETRY_WAIT)
                    && state.status().since() == state.open().get().newest();
            return waits ? state.status() : AgentStatus.working(AgentStatus.MODEL_CALL, id);
        }
        if (!state.calls().isEmpty()) {
            return state.calls().onlyWait()
                    ? AgentStatus.idle(AgentStatus.APPROVAL, state.calls().newest())
                    : AgentStatus.working(AgentStatus.TOOL_CALLS, state.calls().newest());
        }
        if (state.owesReply()) {
            return AgentStatus.working(AgentStatus.REPLY_OWED, state.owed());
        }
        return state.lastEnd().map(AgentReducer::idle).orElseGet(() -> AgentStatus.idle(AgentStatus.NO_INPUT, 0));
    }

    private static AgentStatus idle(RequestEnd end) {
        String reason = switch (end.outcome()) {
            case "completed" -> AgentStatus.ANSWERED;
            case "failed" -> AgentStatus.FAILED;
            default -> AgentStatus.STOPPED;
        };
        return new AgentStatus(false, reason, end.offset(), end.failureClass(), end.retryAt());
    }

    private static ImmutableAgentState.Builder copy(AgentState state) {
        return ImmutableAgentState.builder().from(state);
    }
}
