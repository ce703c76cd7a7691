package dev.millrace.cli.internal.chat;

import dev.millrace.core.BlockingEventStreams;
import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.processors.agent.AgentEvent.RequestFailed;
import dev.millrace.processors.agent.AgentEvent.RequestStarted;
import dev.millrace.processors.agent.AgentProcessor;
import java.time.Duration;
import java.util.Optional;

/** Whether the server runs an agent on a stream. An agent that runs elsewhere shows itself only by its events. */
final class AgentCheck {
    /** How long a message may have no request to a model before this is checked. */
    static final Duration PATIENCE = Duration.ofSeconds(3);

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final BlockingEventStreams streams;
    private final StreamPath path;

    AgentCheck(EventStreams streams, StreamPath path) {
        this.streams = streams.blocking(LIMIT);
        this.path = path;
    }

    /** Attaches the agent of the server, with its defaults, unless the stream has it. */
    void attach() {
        if (!isAttached()) {
            streams.append(
                    path, new StreamEvent.ProcessorAttached(AgentProcessor.SLUG, Optional.empty(), Optional.empty()));
        }
    }

    /** What to do about a message that no agent has begun to answer; empty if the server runs an agent. */
    Optional<String> problem() {
        return isAttached()
                ? Optional.empty()
                : Optional.of(
                        "no agent answers at " + path + ": attach the one of the server with 'millrace chat --attach "
                                + path + "', or start the program that runs your agent");
    }

    /** Whether an event shows that an agent works on the newest message. */
    static boolean isOfAgent(Event event) {
        return event.payload() instanceof RequestStarted || event.payload() instanceof RequestFailed;
    }

    private boolean isAttached() {
        try {
            return streams.state(path).processors().containsKey(AgentProcessor.SLUG);
        } catch (StreamException e) {
            if (e.code() == StreamException.Code.STREAM_NOT_FOUND) {
                return false;
            }
            throw e;
        }
    }
}
