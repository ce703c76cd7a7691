package dev.millrace.processors.agent;

import dev.millrace.core.EventInput;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.processors.agent.AgentDecision.AskPerson;
import dev.millrace.processors.agent.AgentDecision.Cancel;
import dev.millrace.processors.agent.AgentDecision.Command;
import dev.millrace.processors.agent.AgentDecision.DeclareLost;
import dev.millrace.processors.agent.AgentDecision.DeclareUnknown;
import dev.millrace.processors.agent.AgentDecision.Expire;
import dev.millrace.processors.agent.AgentDecision.GiveUp;
import dev.millrace.processors.agent.AgentDecision.Interrupt;
import dev.millrace.processors.agent.AgentDecision.Request;
import dev.millrace.processors.agent.AgentDecision.Skip;
import dev.millrace.processors.agent.AgentEvent.RequestCancelled;
import dev.millrace.processors.agent.AgentEvent.RequestFailed;
import dev.millrace.processors.agent.AgentEvent.RequestLost;
import dev.millrace.processors.agent.AgentState.OpenRequest;
import dev.millrace.processors.agent.model.FailureKind;
import dev.millrace.processors.agent.tool.ToolEvent;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The events with which the agent carries out a decision. If a decision is repeated, its event is stored once. */
final class CommandDrafts {
    private CommandDrafts() {}

    /** The event of a command that appends one. */
    static CompletableFuture<EventDraft> of(Command command, CallRequester calls) {
        if (command instanceof Request request) {
            return calls.next(request.call());
        }
        return CompletableFuture.completedFuture(of(command));
    }

    private static EventDraft of(Command command) {
        if (command instanceof Interrupt interrupt) {
            OpenRequest open = interrupt.request();
            Optional<Long> by = Optional.of(interrupt.byOffset());
            EventInput end = EventInput.builder()
                    .from(EventInput.of(
                            new RequestCancelled(open.id(), "interrupted", by, Optional.of(open.estimatedUsage()))))
                    .idempotencyKey("agent/interrupt@" + open.id())
                    .build();
            // Caused by the input: the chain of causes of a long turn may be at its limit.
            return EventDraft.of(end).because(interrupt.byOffset());
        }
        if (command instanceof DeclareLost lost) {
            OpenRequest open = lost.request();
            return ofRequest(open.id(), new RequestLost(open.id(), Optional.of(open.estimatedUsage())));
        }
        if (command instanceof GiveUp giveUp) {
            return ofRequest(giveUp.request().id(), failed(giveUp.request()));
        }
        if (command instanceof Skip skip) {
            OpenCall call = skip.call();
            return CallRequester.draft(
                    call,
                    new ToolEvent.CallSkipped(call.requestId(), call.callId(), Optional.empty(), skip.reason()),
                    skip.because());
        }
        if (command instanceof Cancel cancel) {
            OpenCall call = cancel.call();
            return CallRequester.draft(
                    call,
                    new ToolEvent.CallCancelled(call.requestId(), call.callId(), call.host(), cancel.reason()),
                    cancel.because());
        }
        if (command instanceof DeclareUnknown unknown) {
            OpenCall call = unknown.call();
            return CallRequester.draft(
                    call,
                    new ToolEvent.CallOutcomeUnknown(
                            call.requestId(), call.callId(), Optional.empty(), unknown.reason()));
        }
        if (command instanceof AskPerson ask) {
            OpenCall call = ask.call();
            String hash = call.approval().map(OpenCall.Approval::argumentsHash).orElse("");
            return CallRequester.draft(
                    call, new ToolEvent.ApprovalNeeded(call.requestId(), call.callId(), hash, AgentProcessor.SLUG));
        }
        if (command instanceof Expire expire) {
            OpenCall call = expire.call();
            return CallRequester.draft(call, new ToolEvent.ApprovalExpired(call.requestId(), call.callId()));
        }
        throw new IllegalStateException(command + " appends no event");
    }

    /** An event about a request. */
    static EventDraft ofRequest(long requestId, AgentEvent event) {
        return EventDraft.of(event).because(requestId);
    }

    private static RequestFailed failed(OpenRequest open) {
        return new RequestFailed(
                open.id(),
                FailureKind.RETRIES_EXHAUSTED.wireName(),
                Optional.empty(),
                Optional.empty(),
                "stopped after " + open.attempt()
                        + " requests for this input; each was lost when its process ended; to try again, append"
                        + " llm-retry-requested",
                Optional.empty(),
                true,
                Optional.empty(),
                Optional.of(open.estimatedUsage()));
    }
}
