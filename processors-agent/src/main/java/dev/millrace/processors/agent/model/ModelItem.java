package dev.millrace.processors.agent.model;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/**
 * A complete item of a response, in a form that is the same for every provider. What a provider adds and needs back is
 * kept beside it, see {@link OutputItem#opaque}.
 *
 * @since 0.1
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = ModelItem.Message.class, name = "message"),
    @JsonSubTypes.Type(value = ModelItem.Refusal.class, name = "refusal"),
    @JsonSubTypes.Type(value = ModelItem.Reasoning.class, name = "reasoning"),
    @JsonSubTypes.Type(value = ModelItem.ToolCall.class, name = "tool-call"),
    @JsonSubTypes.Type(value = ModelItem.Other.class, name = "other")
})
public sealed interface ModelItem {
    /** The number of characters of the item that the model wrote. */
    int length();

    /**
     * A text for the user.
     *
     * @param text the text; may be empty
     * @since 0.1
     */
    record Message(String text) implements ModelItem {
        @Override
        public int length() {
            return text.length();
        }
    }

    /**
     * A text in which the model declines.
     *
     * @param text the text; may be empty
     * @since 0.1
     */
    record Refusal(String text) implements ModelItem {
        @Override
        public int length() {
            return text.length();
        }
    }

    /**
     * Thoughts of the model before it answered.
     *
     * @param text the thoughts or their summary, as far as the provider shows them; may be empty
     * @since 0.1
     */
    record Reasoning(String text) implements ModelItem {
        @Override
        public int length() {
            return text.length();
        }
    }

    /**
     * A call of a tool.
     *
     * @param callId the id by which the result names its call, as the provider sent it; may be empty or used twice
     * @param name the name of the tool, as the model wrote it
     * @param arguments the arguments as JSON text, as the model wrote it; may be empty or no JSON
     * @since 0.1
     */
    record ToolCall(String callId, String name, String arguments) implements ModelItem {
        @Override
        public int length() {
            return name.length() + arguments.length();
        }
    }

    /**
     * An item that only its provider understands, for example a search that the provider did itself.
     *
     * @param kind its type, in the words of the provider
     * @since 0.1
     */
    record Other(String kind) implements ModelItem {
        @Override
        public int length() {
            return 0;
        }
    }
}
