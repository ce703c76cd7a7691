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
 * What an agent's log adds up to: the conversation, and whether the user is owed a reply. Immutable, and JSON can carry
 * it.
 */
@Value.Immutable
@MillraceStyle
@JsonSerialize(as = ImmutableAgentState.class)
@JsonDeserialize(as = ImmutableAgentState.class)
public interface AgentState {
    /** The newest system prompt in the log. */
    Optional<String> systemPrompt();

    /** Everything the log says about how to ask, merged. */
    @Value.Default
    default AgentEvent.LlmConfigUpdated config() {
        return AgentEvent.LlmConfigUpdated.none();
    }

    /**
     * What was said, in the order in which a model is to read it: the output of a request follows the inputs it
     * answers, even if newer inputs came in between.
     */
    List<Entry> transcript();

    /** The newest offset of an input, a prompt or a configuration. */
    @Value.Default
    default long inputThrough() {
        return 0;
    }

    /** The newest user input; 0 when there is none. */
    @Value.Default
    default long owed() {
        return 0;
    }

    /** Everything up to here is answered: by a response, by a failure, or because the request was stopped. */
    @Value.Default
    default long answered() {
        return 0;
    }

    /** How many requests were started for the newest user input. */
    @Value.Default
    default int attempts() {
        return 0;
    }

    /** The request that is under way, as far as the log knows. */
    Optional<OpenRequest> open();

    /** The newest request that ended; it and all before it are over. */
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
     * Something that was said.
     *
     * @param order the offset of an input; for an output, the input it goes through
     * @param requestId the request it is an output of; 0 for an input
     * @param model the model that said it; empty text for an input
     * @param item an item as the provider's API has it
     */
    record Entry(long order, long requestId, String model, JsonNode item) {}

    /**
     * A request under way, and its output so far.
     *
     * @param id the offset of its start
     * @param inputThrough the newest input it was made from
     * @param attempt how many requests were started for that input, this one included
     * @param model the model that was asked for
     * @param items its complete items, by output index
     * @param partialTexts the text of messages that are not complete yet, by output index
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
