package dev.millrace.tools.mcp.server;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.processors.agent.AgentEvent.RequestFailed;
import dev.millrace.processors.agent.AgentEvent.RequestScheduled;
import dev.millrace.processors.agent.AgentEvent.RequestStarted;
import dev.millrace.processors.agent.AgentProcessor;
import dev.millrace.processors.agent.app.AgentFailure;
import dev.millrace.processors.agent.app.Conversation;
import dev.millrace.processors.agent.app.Reply;
import dev.millrace.processors.agent.app.Turn;
import io.modelcontextprotocol.spec.McpSchema.ToolAnnotations;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/** Sends a message to the agent of a stream, and waits for the answer. */
final class SayTool implements StreamTool {
    /** Less than the 60 s after which many clients give up a call. */
    private static final int WAIT = 45;

    private static final int MOST_WAIT = 600;
    private static final int BYTES = 50_000;

    /**
     * How long a message may have no request to a model before it is checked whether there is an agent. An agent can wait
     * 12 s for its tools, and 10 s for the lease of a process that was killed.
     */
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    private static final Duration AT_ONCE = Duration.ofSeconds(1);
    private static final String TIMEOUT = "timeout";

    private final StreamScope scope;

    SayTool(StreamScope scope) {
        this.scope = scope;
    }

    @Override
    public String name() {
        return "say";
    }

    @Override
    public String description() {
        return "Sends a message to the agent of a stream, and returns its answer. A message interrupts an answer that is"
                + " not complete. If the agent still works when the time is over, or waits for an approval, the result"
                + " says so: then call say again without a message to go on waiting, and do not repeat the message.";
    }

    @Override
    public String schema() {
        return """
                {"type": "object", "additionalProperties": false, "properties": {
                  %s,
                  "message": {"type": "string", "description":
                    "The message. Without it, say waits for the answer to the newest message of the stream."},
                  "waitSeconds": {"type": "integer", "minimum": 1, "maximum": %d, "default": %d, "description":
                    "The longest wait for the answer. Many clients give up a call after 60 seconds."}}}
                """.formatted(scope.pathProperty(), MOST_WAIT, WAIT);
    }

    @Override
    public ToolAnnotations hints() {
        return ToolAnnotations.builder()
                .title("Talk to the agent")
                .readOnlyHint(false)
                .destructiveHint(false)
                .idempotentHint(false)
                .openWorldHint(true)
                .build();
    }

    @Override
    public String call(ToolArguments arguments) {
        StreamPath path = scope.path(arguments);
        Optional<String> message = arguments.text("message");
        Duration limit = Duration.ofSeconds(arguments.number("waitSeconds", 1, MOST_WAIT, WAIT));
        Conversation talk = Conversation.at(scope.streams(), path);
        if (message.isEmpty()) {
            scope.requireExisting(path, name());
        }
        try (Turn turn = message.map(talk::say).orElseGet(talk::follow)) {
            return answer(turn, path, limit);
        }
    }

    private String answer(Turn turn, StreamPath path, Duration limit) {
        AtomicBoolean heardAgent = new AtomicBoolean();
        turn.onEvent(event -> heardAgent.compareAndSet(
                false,
                event.payload() instanceof RequestStarted
                        || event.payload() instanceof RequestScheduled
                        || event.payload() instanceof RequestFailed));
        boolean isShort = limit.compareTo(PATIENCE) <= 0;
        Optional<AgentFailure> late = pause(turn, isShort ? limit : PATIENCE);
        if (late.isPresent() && !heardAgent.get() && !isHosted(path)) {
            throw new ToolFailure(
                    "NO_AGENT",
                    "no agent has begun to answer at " + path
                            + ", and the service runs none there; the message is stored. If no program runs one, attach the"
                            + " agent of the service: append the type " + BuiltInType.PROCESSOR_ATTACHED.type()
                            + " with the payload {\"processor\": \"" + AgentProcessor.SLUG
                            + "\"}");
        }
        if (late.isPresent() && !isShort) {
            late = pause(turn, limit.minus(PATIENCE));
        }
        if (late.isPresent()) {
            return working(late.get());
        }
        if (!turn.isDone() && !turn.approvals().isEmpty()) {
            return waiting(turn, path);
        }
        return text(turn.await(AT_ONCE), path);
    }

    /** Waits until the agent has answered, or only waits for approvals; returns why not if that takes longer. */
    private static Optional<AgentFailure> pause(Turn turn, Duration limit) {
        try {
            turn.awaitPause(limit);
            return Optional.empty();
        } catch (AgentFailure failure) {
            if (failure.code().equals(TIMEOUT)) {
                return Optional.of(failure);
            }
            throw failure;
        }
    }

    /** Whether the service runs the agent on the stream. A token that may not read the state leaves it open. */
    private boolean isHosted(StreamPath path) {
        try {
            return scope.blocking().state(path).processors().containsKey(AgentProcessor.SLUG);
        } catch (StreamException unknown) {
            return true;
        }
    }

    private static String working(AgentFailure late) {
        return "The agent has not answered yet (" + late.getMessage()
                + "). The message is stored. To go on waiting, call" + " say again without a message.";
    }

    private static String waiting(Turn turn, StreamPath path) {
        return "The agent waits for an approval by a person:\n"
                + turn.approvals().stream()
                        .map(ask -> "- " + JsonCodec.toWellFormed(ask.summary()) + " (until " + ask.expiresAt() + ")")
                        .collect(Collectors.joining("\n"))
                + "\nA person can decide with 'millrace chat " + path
                + "'. Then call say again without a message to get the answer.";
    }

    private static String text(Reply reply, StreamPath path) {
        String text = JsonCodec.toWellFormed(reply.text());
        if (text.isBlank()) {
            return "The agent has ended its work and said nothing; see the events before offset " + reply.offset()
                    + " of " + path + ".";
        }
        int bytes = CutText.bytes(text);
        return bytes <= BYTES
                ? text
                : CutText.of(text, BYTES) + "\nThe answer has " + bytes
                        + " bytes and was cut; read the events before offset " + reply.offset() + " of " + path
                        + " for all of it.";
    }
}
