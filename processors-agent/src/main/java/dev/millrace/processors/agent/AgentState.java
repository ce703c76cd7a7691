package dev.millrace.processors.agent;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import dev.millrace.core.Event;
import dev.millrace.core.MillraceStyle;
import dev.millrace.processors.agent.model.Origin;
import dev.millrace.processors.agent.model.Usage;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.immutables.value.Value;

/**
 * The state of an agent: whether the user waits for a reply, and what the agent does about it. It has offsets and totals
 * but no texts, so its size does not grow with the conversation; {@link Transcript} has the texts. Immutable; it can be
 * written as JSON and read back.
 *
 * @since 0.1
 */
@Value.Immutable
@MillraceStyle
@JsonSerialize(as = ImmutableAgentState.class)
@JsonDeserialize(as = ImmutableAgentState.class)
public interface AgentState {
    /** Whether the agent works, and why. */
    @Value.Default
    default AgentStatus status() {
        return AgentStatus.idle(AgentStatus.NO_INPUT, 0);
    }

    /** The offset of the newest system prompt; 0 if there is none. */
    @Value.Default
    default long systemPrompt() {
        return 0;
    }

    /** The merged configuration events of the log. */
    @Value.Default
    default AgentEvent.LlmConfigUpdated config() {
        return AgentEvent.LlmConfigUpdated.none();
    }

    /** The offset of the newest configuration; 0 if there is none. */
    @Value.Default
    default long configured() {
        return 0;
    }

    /** The newest offset of an input, a prompt, a configuration, or a request for a retry. */
    @Value.Default
    default long inputThrough() {
        return 0;
    }

    /** The offset of the newest event that requires a reply: a message of a user, or a retry; 0 if there is none. */
    @Value.Default
    default long owed() {
        return 0;
    }

    /** The time of that event. */
    @Value.Default
    default Instant owedSince() {
        return Instant.EPOCH;
    }

    /** Inputs up to this offset are answered: by a response, by a failure, or because the request was stopped. */
    @Value.Default
    default long answered() {
        return 0;
    }

    /** How many requests were started for {@link #owed}. */
    @Value.Default
    default int attempts() {
        return 0;
    }

    /** How many responses with tool calls there were since the newest event that requires a reply. */
    @Value.Default
    default int rounds() {
        return 0;
    }

    /** The request that another program is to answer, and that none has started yet. */
    Optional<ScheduledRequest> scheduled();

    /** The open request, as far as the log knows. */
    Optional<OpenRequest> open();

    /** How the newest request that was not lost or superseded ended. */
    Optional<RequestEnd> lastEnd();

    /** The newest request that has ended; all requests before it have ended too. */
    @Value.Default
    default long closedThrough() {
        return 0;
    }

    /** The length of the conversation, in characters. */
    @Value.Default
    default long length() {
        return 0;
    }

    /** The tokens of all requests that have ended. */
    @Value.Default
    default UsageTotals usage() {
        return UsageTotals.NONE;
    }

    /** The tools that hosts offer. */
    @Value.Default
    default ToolOffers tools() {
        return ToolOffers.NONE;
    }

    /** The tool calls of the newest response that have not ended. */
    @Value.Default
    default OpenCalls calls() {
        return OpenCalls.NONE;
    }

    /** Parameters that services have refused, in the order in which that was learned. */
    List<Unsupported> unsupported();

    /** Whether the newest input still has no answer. */
    @Value.Lazy
    @JsonIgnore
    default boolean owesReply() {
        return owed() > answered();
    }

    /** The state after the next event of the stream, decoded by {@link AgentEvent#catalog()}. */
    default AgentState after(Event event) {
        return AgentReducer.reduce(this, event);
    }

    /** The state before the first event. */
    static AgentState empty() {
        return ImmutableAgentState.builder().build();
    }

    /**
     * An open request.
     *
     * @param id the offset of its start
     * @param inputThrough the newest input that it includes
     * @param attempt the number of requests for that input, this one included
     * @param origin the provider, its address, and the requested model
     * @param newest the offset of its newest event
     * @param silentSince the time of its newest event; after a scheduled retry, the time of the retry
     * @param promptLength the length of the conversation when it started, in characters
     * @param chunksLength the length of its chunks so far, in characters
     * @param itemsLength the length of its complete items so far, in characters
     * @param external whether another program answers it
     * @since 0.1
     */
    record OpenRequest(
            long id,
            long inputThrough,
            int attempt,
            Origin origin,
            long newest,
            Instant silentSince,
            long promptLength,
            long chunksLength,
            long itemsLength,
            boolean external) {
        /** The length of its output so far, in characters; not every response is streamed in chunks. */
        @JsonIgnore
        public long outputLength() {
            return Math.max(chunksLength, itemsLength);
        }

        OpenRequest after(long offset, Instant time, long moreChunks, long moreItems) {
            return new OpenRequest(
                    id,
                    inputThrough,
                    attempt,
                    origin,
                    offset,
                    time,
                    promptLength,
                    chunksLength + moreChunks,
                    itemsLength + moreItems,
                    external);
        }

        /** An estimate of its tokens, for an end without usage. */
        Usage estimatedUsage() {
            return Usage.estimated(promptLength, outputLength());
        }
    }

    /**
     * A request that another program is to answer.
     *
     * @param id the offset of its event
     * @param inputThrough the newest input that it includes
     * @param attempt the number of requests for that input, this one included
     * @since 0.1
     */
    record ScheduledRequest(long id, long inputThrough, int attempt) {}

    /**
     * The end of a request.
     *
     * @param requestId the request
     * @param offset the offset of the event that ended it
     * @param outcome {@code completed}, {@code failed} or {@code cancelled}
     * @param failureClass the class of the failure, if it failed
     * @param retryAt the time before which the provider wants no other request, if it said one
     * @since 0.1
     */
    record RequestEnd(
            long requestId, long offset, String outcome, Optional<String> failureClass, Optional<Instant> retryAt) {}

    /**
     * A parameter that a service refused.
     *
     * @param baseUrl the address of the service
     * @param model the requested model
     * @param parameter the parameter, in the words of the provider
     * @since 0.1
     */
    record Unsupported(String baseUrl, String model, String parameter) {}
}
