package dev.millrace.cli.internal.demo;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.StreamEvent;
import dev.millrace.processors.openai.AgentEvent;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What became of the newest thing the user said: a fold over the agent's log. For one thread.
 *
 * <p>A request answers the inputs before its {@code inputThroughOffset}; it ends in one of four ways, of which only a
 * lost one leaves its inputs owed.
 */
final class ConversationTurn {
    private static final EventCatalog CATALOG = EventCatalog.of(AgentEvent.class, StreamEvent.class);

    /**
     * How it ended.
     *
     * @param failure what went wrong, if the user got no reply
     */
    record Outcome(Optional<String> failure) {}

    private final Map<Long, Long> inputThrough = new HashMap<>();
    private final String agent;
    private long newestInput;
    private Optional<Outcome> outcome = Optional.empty();

    /** The agent's own slug; halts and failed effects of others do not matter here. */
    ConversationTurn(String agent) {
        this.agent = agent;
    }

    /** The offset of the newest input; 0 when there is none. */
    long newestInput() {
        return newestInput;
    }

    /** How it ended; empty while a reply is owed. */
    Optional<Outcome> outcome() {
        return outcome;
    }

    void fold(Event event) {
        Object payload = event.decodedBy(CATALOG).payload();
        if (payload instanceof AgentEvent.InputAdded input && input.role().equals("user")) {
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
            fail("the agent could not go on: " + failed.message());
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
