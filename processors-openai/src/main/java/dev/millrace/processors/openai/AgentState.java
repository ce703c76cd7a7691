package dev.millrace.processors.openai;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import dev.millrace.core.MillraceStyle;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.immutables.value.Value;

/**
 * The state of an agent: the conversation, and whether the user waits for a reply. Immutable; it can be written as JSON
 * and read back.
 *
 * @since 0.1
 */
@Value.Immutable
@MillraceStyle
@JsonSerialize(as = ImmutableAgentState.class)
@JsonDeserialize(as = ImmutableAgentState.class)
public interface AgentState {
    /** The newest system prompt in the log. */
    Optional<String> systemPrompt();

    /** The merged configuration events of the log. */
    @Value.Default
    default AgentEvent.LlmConfigUpdated config() {
        return AgentEvent.LlmConfigUpdated.none();
    }

    /**
     * The conversation in the order in which the model reads it: the output of a request follows the inputs that it
     * answers, also if newer inputs arrived before it.
     */
    List<Entry> transcript();

    /** The newest offset of an input, a prompt or a configuration. */
    @Value.Default
    default long inputThrough() {
        return 0;
    }

    /** The offset of the newest user input; 0 if there is none. */
    @Value.Default
    default long owed() {
        return 0;
    }

    /** Inputs up to this offset are answered: by a response, by a failure, or because the request was stopped. */
    @Value.Default
    default long answered() {
        return 0;
    }

    /** How many requests were started for the newest user input. */
    @Value.Default
    default int attempts() {
        return 0;
    }

    /** The open request, as far as the log knows. */
    Optional<OpenRequest> open();

    /** The newest request that has ended; all requests before it have ended too. */
    @Value.Default
    default long closedThrough() {
        return 0;
    }

    /** Whether the newest user input still has no answer. */
    @Value.Lazy
    @JsonIgnore
    default boolean owesReply() {
        return owed() > answered();
    }

    /** The state before the first event. */
    static AgentState empty() {
        return ImmutableAgentState.builder().build();
    }

    /**
     * One item of the conversation.
     *
     * @param order the offset of an input; for an output, the newest input that it answers
     * @param requestId the request of an output; 0 for an input
     * @param model the model of an output; empty for an input
     * @param item an item in the format of the provider
     */
    record Entry(long order, long requestId, String model, JsonNode item) {}

    /**
     * An open request and its output so far.
     *
     * @param id the offset of its start
     * @param inputThrough the newest input that it includes
     * @param attempt the number of requests for that input, this one included
     * @param model the requested model
     * @param items its complete items, by output index
     * @param partialTexts the texts of incomplete messages, by output index
     */
    record OpenRequest(
            long id,
            long inputThrough,
            int attempt,
            String model,
            SortedMap<Integer, JsonNode> items,
            SortedMap<Integer, String> partialTexts) {
        /** Copies the maps. */
        public OpenRequest {
            items = Collections.unmodifiableSortedMap(new TreeMap<>(items));
            partialTexts = Collections.unmodifiableSortedMap(new TreeMap<>(partialTexts));
        }
    }
}
