package dev.millrace.cli.internal.demo;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.UnknownPayload;
import dev.millrace.processors.agent.AgentEvent;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The outcome of the newest user message: computed from the log of the agent. Not thread-safe.
 *
 * <p>A request answers the inputs before its {@code inputThroughOffset}. It ends in one of four ways; only a lost
 * request leaves its inputs unanswered.
 */
final class ConversationTurn {
    private static final EventCatalog STREAM = EventCatalog.of(StreamEvent.class);

    /** The end of a turn; {@code failure} says why the user got no reply, and is empty if there is one. */
    record Outcome(Optional<String> failure) {}

    private final Map<Long, Long> inputThrough = new HashMap<>();
    private final String agent;
    private long newestInput;
    private Optional<Outcome> outcome = Optional.empty();

    /** {@code agent} is the slug of the agent; halts and failed effects of other processors are ignored. */
    ConversationTurn(String agent) {
        this.agent = agent;
    }

    /** The outcome; empty while the reply is pending. */
    Optional<Outcome> outcome() {
        return outcome;
    }

    void fold(Event event) {
        Event decoded = event.decodedBy(AgentEvent.catalog());
        Object payload = decoded.payload() instanceof UnknownPayload
                ? event.decodedBy(STREAM).payload()
                : decoded.payload();
        if (payload instanceof AgentEvent.InputAdded input && input.requiresReply()) {
            newestInput = event.offset();
            outcome = Optional.empty();
        } else if (payload instanceof AgentEvent.RequestStarted started) {
            inputThrough.put(event.offset(), started.inputThroughOffset());
        } else if (payload instanceof AgentEvent.RequestCompleted completed) {
            end(completed.requestId(), Optional.empty());
        } else if (payload instanceof AgentEvent.RequestFailed failed) {
            end(
                    failed.requestId(),
                    Optional.of("the model request failed (" + failed.failureClass() + "): " + failed.message()));
        } else if (payload instanceof AgentEvent.RequestCancelled cancelled) {
            end(cancelled.requestId(), Optional.of("the model request was cancelled: " + cancelled.reason()));
        } else if (payload instanceof StreamEvent.ProcessorHalted halted
                && halted.processor().equals(agent)) {
            fail("the agent stopped: " + halted.message());
        } else if (payload instanceof StreamEvent.EffectFailed failed
                && failed.processor().equals(agent)) {
            fail("an effect of the agent failed: " + failed.message());
        } else if (payload instanceof StreamEvent.Paused paused) {
            fail("the stream is paused: " + paused.reason().orElse("no reason was given"));
        } else if (payload instanceof StreamEvent.Resumed) {
            outcome = Optional.empty();
        }
    }

    private void end(long request, Optional<String> failure) {
        if (inputThrough.getOrDefault(request, 0L) >= newestInput && outcome.isEmpty()) {
            outcome = Optional.of(new Outcome(failure));
        }
    }

    private void fail(String message) {
        if (outcome.isEmpty()) {
            outcome = Optional.of(new Outcome(Optional.of(message)));
        }
    }
}
