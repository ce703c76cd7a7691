package dev.millrace.processors.agent.app;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.BlockingEventStreams;
import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.processors.agent.AgentEvent;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentEvent.RequestCancelled;
import dev.millrace.processors.agent.AgentState;
import dev.millrace.processors.agent.Transcript;
import dev.millrace.processors.agent.tool.By;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalDenied;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalGranted;
import dev.millrace.processors.agent.tool.ToolEvent.ApprovalRequested;
import dev.millrace.processors.agent.tool.ToolEvent.CallEdited;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * A conversation with the agent of a stream. It needs only the streams, so the agent may run in another process. The
 * methods append events and wait until they are durable, 30 s at most; they throw {@link
 * dev.millrace.core.StreamException} if that fails. It keeps nothing of the log: several instances may serve one stream. Safe for use
 * by many threads.
 *
 * @since 0.1
 */
public final class Conversation {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final int PAGE = 1000;

    private final EventStreams streams;
    private final BlockingEventStreams blocking;
    private final StreamPath path;
    private final AtomicLong written = new AtomicLong();

    private Conversation(EventStreams streams, StreamPath path) {
        this.streams = streams;
        this.blocking = streams.blocking(LIMIT);
        this.path = path;
    }

    /** The conversation of a stream. */
    public static Conversation at(EventStreams streams, StreamPath path) {
        return new Conversation(streams, path);
    }

    /**
     * The conversation of a stream.
     *
     * @throws IllegalArgumentException if the path is not valid
     */
    public static Conversation at(EventStreams streams, String path) {
        return at(streams, StreamPath.of(path));
    }

    /** The stream. */
    public StreamPath path() {
        return path;
    }

    /** Sends a message, which the agent answers. It interrupts an answer that is not complete. */
    public Turn say(String text) {
        return say(InputAdded.user(text));
    }

    /**
     * As {@link #say(String)}, for a message with attachments.
     *
     * @throws IllegalArgumentException if the message is not one of a user
     */
    public Turn say(InputAdded message) {
        if (!message.requiresReply()) {
            throw new IllegalArgumentException(
                    "only a message of a user is answered, got one of " + message.roleOrUser() + "; use note");
        }
        long input = append(message);
        return Turn.follow(streams, path, input, input, written);
    }

    /** Adds context that the agent reads with the next message; it does not answer it. */
    public void note(String text) {
        append(InputAdded.as("developer", text));
    }

    /**
     * Follows the answer to the newest message, also if another process has sent it. Reads the log.
     *
     * @throws AgentFailure with the code {@code no-message} if there is no message
     */
    public Turn follow() {
        TurnState now = turnState();
        if (now.message() == 0) {
            throw new AgentFailure("no-message", "there is no message on " + path + "; send one with say");
        }
        return Turn.follow(streams, path, now.message(), now.seen(), written);
    }

    /**
     * Follows the answer to the newest message if the agent has not ended its work for it: it asks the model, runs
     * calls, or waits for an approval. So a program goes on after a crash instead of asking again. Reads the log.
     *
     * @return empty if the agent has nothing to do
     */
    public Optional<Turn> unanswered() {
        TurnState now = turnState();
        return now.message() == 0 || now.isIdle()
                ? Optional.empty()
                : Optional.of(Turn.follow(streams, path, now.message(), now.seen(), written));
    }

    /** The calls that wait for an approval. Reads the log. */
    public List<Approval> approvals() {
        return turnState().approvals();
    }

    /**
     * Approves a call. Reads the log. The event counts only if these arguments still wait when it is stored: if another
     * caller decides at the same time, the first decision counts.
     *
     * @throws AgentFailure with the code {@code not-waiting} if the call does not wait with these arguments
     */
    public void approve(Approval approval, By by) {
        requireWaiting(approval);
        append(new ApprovalGranted(Optional.of(approval.requestId()), approval.callId(), approval.argumentsHash(), by));
    }

    /** Refuses a call, under the conditions of {@link #approve}; the model reads the reason. */
    public void deny(Approval approval, By by, String reason) {
        requireWaiting(approval);
        append(new ApprovalDenied(
                Optional.of(approval.requestId()),
                approval.callId(),
                approval.argumentsHash(),
                by,
                reason.isBlank() ? Optional.empty() : Optional.of(reason)));
    }

    /**
     * Changes the arguments of a call that waits for an approval; the model is told. It still waits: approve the result.
     * The tool checks the arguments when it runs. Reads the log.
     *
     * @param arguments an object
     * @return the approval for the new arguments
     * @throws AgentFailure with the code {@code not-waiting} if the call does not wait with the arguments of the approval
     */
    public Approval edit(Approval approval, JsonNode arguments, By by) {
        requireWaiting(approval);
        String hash = UUID.nameUUIDFromBytes(JsonCodec.writeText(arguments).getBytes(StandardCharsets.UTF_8))
                .toString();
        append(new CallEdited(Optional.of(approval.requestId()), approval.callId(), arguments, hash, by));
        return new Approval(
                approval.callId(),
                approval.requestId(),
                approval.name(),
                arguments,
                hash,
                ApprovalRequested.summaryOf(approval.name(), arguments),
                approval.expiresAt());
    }

    private void requireWaiting(Approval approval) {
        boolean waits = approvals().stream()
                .anyMatch(now -> now.callId().equals(approval.callId())
                        && now.argumentsHash().equals(approval.argumentsHash()));
        if (!waits) {
            throw new AgentFailure(
                    "not-waiting",
                    "the decision was not stored: the call " + approval.callId() + " of " + approval.name() + " on "
                            + path
                            + " does not wait for an approval with these arguments; it was decided, has ended or was"
                            + " changed meanwhile; look at approvals()");
        }
    }

    /**
     * Stops the agent until the next message: the open request is cancelled, or the calls of the newest response end.
     *
     * @param reason why, for readers of the log
     * @return whether there was something to stop. Reads the log
     */
    public boolean stop(String reason) {
        AgentState state = turnState().state();
        Optional<Long> request = state.open()
                .map(AgentState.OpenRequest::id)
                .or(() -> state.calls().isEmpty() && !state.owesReply()
                        ? Optional.empty()
                        : Optional.of(state.closedThrough()));
        request.ifPresent(id -> append(new RequestCancelled(id, reason, Optional.empty())));
        return request.isPresent();
    }

    /** The texts of the conversation. Reads the log. */
    public Transcript transcript() {
        return Transcript.of(
                events().map(event -> event.decodedBy(AgentEvent.catalog())).toList());
    }

    private long append(Object payload) {
        long offset = blocking.append(path, payload).offset();
        written.accumulateAndGet(offset, Math::max);
        return offset;
    }

    private TurnState turnState() {
        TurnState state = new TurnState(0);
        events().forEach(state::fold);
        return state;
    }

    private Stream<Event> events() {
        List<Event> all = new ArrayList<>();
        long from = 0;
        while (true) {
            List<Event> page = blocking.read(
                    path, ReadRange.builder().afterOffset(from).limit(PAGE).build());
            all.addAll(page);
            if (page.size() < PAGE) {
                return all.stream();
            }
            from = page.get(page.size() - 1).offset();
        }
    }
}
