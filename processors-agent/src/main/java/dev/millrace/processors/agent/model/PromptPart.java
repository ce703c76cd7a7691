package dev.millrace.processors.agent.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * A part of the conversation in a prompt, oldest first. A prompt has these guarantees, whatever is in the log:
 *
 * <ul>
 *   <li>Each {@link ModelItem.ToolCall} is followed by exactly one {@link ToolResult} with its call id, after its {@link
 *       Output} and before the next {@link Input} or {@link Output}; results are in the order of the calls.
 *   <li>Call ids are unique in the prompt, and have 1 to 64 characters of {@code A-Z a-z 0-9 _ -}; so have names of
 *       tools. Arguments are a JSON object.
 *   <li>An output has at least one item, and no message in it is blank.
 *   <li>The last part is not the output of a model.
 * </ul>
 *
 * @since 0.1
 */
public sealed interface PromptPart {
    /**
     * A message to the model.
     *
     * @param role {@code user}, {@code assistant}, {@code system} or {@code developer}
     * @param content a text, or an array of content parts in the form of the provider
     * @since 0.1
     */
    record Input(String role, JsonNode content) implements PromptPart {}

    /**
     * The output of one earlier request.
     *
     * @since 0.1
     */
    record Output(Origin origin, List<OutputItem> items) implements PromptPart {
        /** Copies the list. */
        public Output {
            items = List.copyOf(items);
        }
    }

    /**
     * The result of a tool call.
     *
     * @param callId the id of the call
     * @param text the result, for the model
     * @since 0.1
     */
    record ToolResult(String callId, String text) implements PromptPart {}
}
