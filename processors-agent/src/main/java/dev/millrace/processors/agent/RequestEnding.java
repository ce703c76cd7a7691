package dev.millrace.processors.agent;

import dev.millrace.processors.agent.AgentEvent.RequestCancelled;
import dev.millrace.processors.agent.AgentEvent.RequestCompleted;
import dev.millrace.processors.agent.AgentEvent.RequestFailed;
import dev.millrace.processors.agent.AgentEvent.RequestLost;
import dev.millrace.processors.agent.AgentEvent.RequestStarted;
import dev.millrace.processors.agent.model.Usage;
import java.util.Optional;

/**
 * The ways in which a request ends: whether its input then counts as answered, and the note that the model reads after a
 * text that was cut off.
 */
enum RequestEnding {
    COMPLETED(true, "completed", ""),
    FAILED(true, "failed", "\n\n[response cut off by an error]"),
    CANCELLED(true, "cancelled", "\n\n[response interrupted by the user]"),
    SUPERSEDED(false, "superseded", "\n\n[response interrupted by the user]"),
    LOST(false, "lost", "\n\n[response cut off by a restart]");

    private final boolean answers;
    private final String outcome;
    private final String marker;

    RequestEnding(boolean answers, String outcome, String marker) {
        this.answers = answers;
        this.outcome = outcome;
        this.marker = marker;
    }

    boolean answers() {
        return answers;
    }

    String outcome() {
        return outcome;
    }

    String marker() {
        return marker;
    }

    /** The ending that an event is for a request; empty if it is none for it. */
    static Optional<RequestEnding> of(Object payload, long requestId) {
        if (payload instanceof RequestCompleted completed && completed.requestId() == requestId) {
            return Optional.of(COMPLETED);
        }
        if (payload instanceof RequestFailed failed && failed.requestId() == requestId) {
            return Optional.of(FAILED);
        }
        if (payload instanceof RequestCancelled cancelled && cancelled.requestId() == requestId) {
            return Optional.of(CANCELLED);
        }
        if (payload instanceof RequestLost lost && lost.requestId() == requestId) {
            return Optional.of(LOST);
        }
        return payload instanceof RequestStarted ? Optional.of(SUPERSEDED) : Optional.empty();
    }

    /** The usage in an event that ends a request. */
    static Optional<Usage> usage(Object payload) {
        if (payload instanceof RequestCompleted completed) {
            return completed.usage();
        }
        if (payload instanceof RequestFailed failed) {
            return failed.usage();
        }
        if (payload instanceof RequestCancelled cancelled) {
            return cancelled.usage();
        }
        return payload instanceof RequestLost lost ? lost.usage() : Optional.empty();
    }
}
