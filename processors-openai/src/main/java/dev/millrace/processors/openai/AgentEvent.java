package dev.millrace.processors.openai;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.core.EventName;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Everything that happens to an agent. The first three are appended by whoever talks to it, the rest by the agent.
 *
 * <p>A request's id is the offset of its {@link RequestStarted}. Only the newest started request is open; whatever
 * arrives for another one, or after the end of its own, means nothing. The end is the first of {@link RequestCompleted},
 * {@link RequestFailed}, {@link RequestCancelled} and {@link RequestLost}.
 */
public sealed interface AgentEvent {
    /**
     * Somebody said something. What a user says asks for a reply; the other roles only add to the conversation.
     *
     * @param role {@code user}, {@code assistant}, {@code system} or {@code developer}; {@code user} when the JSON has none
     * @param content text, or an array of content parts as the provider's API has them
     */
    @EventName("agent-input-added")
    record InputAdded(String role, JsonNode content) implements AgentEvent {
        private static final Set<String> ROLES = Set.of("user", "assistant", "system", "developer");

        /**
         * Checks the input.
         *
         * @throws IllegalArgumentException when the role is another one, or the content is neither text nor an array
         */
        public InputAdded {
            if (!ROLES.contains(role)) {
                throw new IllegalArgumentException(
                        "role must be user, assistant, system or developer, got '" + role + "'");
            }
            if (!content.isTextual() && !content.isArray()) {
                throw new IllegalArgumentException("content must be text or an array of parts, got "
                        + content.getNodeType().name().toLowerCase(Locale.ROOT));
            }
        }

        @JsonCreator
        static InputAdded of(@JsonProperty("role") Optional<String> role, @JsonProperty("content") JsonNode content) {
            return new InputAdded(role.orElse("user"), content);
        }

        /** What a user said. */
        public static InputAdded user(String text) {
            return new InputAdded("user", TextNode.valueOf(text));
        }

        /** What somebody else said: {@code assistant}, {@code system} or {@code developer}. */
        public static InputAdded as(String role, String text) {
            return new InputAdded(role, TextNode.valueOf(text));
        }
    }

    /**
     * The instructions of every request that starts from here on.
     *
     * @param systemPrompt the text; replaces the one before
     */
    @EventName("system-prompt-updated")
    record SystemPromptUpdated(String systemPrompt) implements AgentEvent {}

    /**
     * How every request that starts from here on is made. What is absent stays as it was.
     *
     * @param model the model's id
     * @param reasoningEffort how hard a reasoning model thinks, in the provider's words
     * @param maxOutputTokens the most tokens of a response, reasoning included
     * @param temperature the sampling temperature; reasoning models refuse it
     */
    @EventName("llm-config-updated")
    record LlmConfigUpdated(
            Optional<String> model,
            Optional<String> reasoningEffort,
            Optional<Integer> maxOutputTokens,
            Optional<BigDecimal> temperature)
            implements AgentEvent {
        /** Nothing said about anything. */
        public static LlmConfigUpdated none() {
            return new LlmConfigUpdated(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
        }

        /** Only the model. */
        public static LlmConfigUpdated model(String model) {
            return new LlmConfigUpdated(Optional.of(model), Optional.empty(), Optional.empty(), Optional.empty());
        }

        /** This, overridden by what {@code newer} says. */
        public LlmConfigUpdated with(LlmConfigUpdated newer) {
            return new LlmConfigUpdated(
                    newer.model.or(() -> model),
                    newer.reasoningEffort.or(() -> reasoningEffort),
                    newer.maxOutputTokens.or(() -> maxOutputTokens),
                    newer.temperature.or(() -> temperature));
        }
    }

    /**
     * A request to the model begins. What it says is not repeated here: it is what the log holds through {@code
     * inputThroughOffset}, with the outputs of all requests that ended before.
     *
     * @param inputThroughOffset the newest input, prompt or configuration it was made from
     * @param model the model that was asked for
     * @param attempt how many requests were started for the newest user input, this one included
     * @param launch a random name of the launch that appended it, so that a launch knows its own
     */
    @EventName("llm-request-started")
    record RequestStarted(long inputThroughOffset, String model, int attempt, String launch) implements AgentEvent {}

    /**
     * A piece of what the model says. Pieces of one request are in order, and cut between code points.
     *
     * @param requestId the request
     * @param outputIndex the position of the item it belongs to
     * @param kind {@code text}, {@code reasoning}, {@code refusal} or {@code arguments}
     * @param text the piece
     * @param seqFrom the provider's number of the first event in it
     * @param seqTo the provider's number of the last event in it
     */
    @EventName("llm-chunk-added")
    record ChunkAdded(long requestId, int outputIndex, String kind, String text, long seqFrom, long seqTo)
            implements AgentEvent {}

    /**
     * An item of the response is complete. It replaces the chunks of its output index.
     *
     * @param requestId the request
     * @param outputIndex the item's position in the response
     * @param item the item as the provider sent it, of whatever kind
     */
    @EventName("llm-item-completed")
    record ItemCompleted(long requestId, int outputIndex, JsonNode item) implements AgentEvent {
        /** What the item says to the user, if it is a message: its texts and refusals; empty text otherwise. */
        public String text() {
            StringBuilder text = new StringBuilder();
            for (JsonNode part : item.path("content")) {
                text.append(part.path("text").asText(""))
                        .append(part.path("refusal").asText(""));
            }
            return item.path("type").asText().equals("message") ? text.toString() : "";
        }
    }

    /**
     * A request met a failure that may pass, before the model said anything, and will be sent again.
     *
     * @param requestId the request
     * @param failedTries how often it failed so far
     * @param delayMs how long the next try waits, in milliseconds
     * @param failureClass as in {@link RequestFailed}
     * @param message what failed, in words
     */
    @EventName("llm-retry-scheduled")
    record RetryScheduled(
            long requestId,
            int failedTries,
            long delayMs,
            @JsonProperty("class") String failureClass,
            String message) implements AgentEvent {}

    /**
     * The model has said what it had to say.
     *
     * @param requestId the request
     * @param responseId the provider's id of the response
     * @param model the model that answered, as the provider calls it
     * @param status {@code completed}, or {@code incomplete} when the provider ended the response early
     * @param incompleteReason why it is incomplete, in the provider's words
     * @param usage the tokens, as the provider counts them
     * @param durationMs from the start of the request to its end, in milliseconds
     * @param ttftMs from the start of the request to the first output, in milliseconds
     */
    @EventName("llm-request-completed")
    record RequestCompleted(
            long requestId,
            Optional<String> responseId,
            Optional<String> model,
            String status,
            Optional<String> incompleteReason,
            Optional<JsonNode> usage,
            long durationMs,
            Optional<Long> ttftMs)
            implements AgentEvent {}

    /**
     * The request failed for good. It counts as the answer to its input; the next input starts a new request.
     *
     * @param requestId the request
     * @param failureClass {@code quota}, {@code auth}, {@code rate-limit}, {@code overloaded}, {@code context-length},
     *     {@code invalid-request}, {@code truncated}, {@code network}, {@code retries-exhausted}, {@code
     *     not-recorded} (the log refused a part of the answer) or {@code unknown}
     * @param code the provider's code
     * @param status the HTTP status, when it was not a success
     * @param message what failed, in words
     * @param providerRequestId the id to give to the provider's support
     * @param retryable whether the same request may succeed later
     */
    @EventName("llm-request-failed")
    record RequestFailed(
            long requestId,
            @JsonProperty("class") String failureClass,
            Optional<String> code,
            Optional<Integer> status,
            String message,
            Optional<String> providerRequestId,
            boolean retryable)
            implements AgentEvent {}

    /**
     * The request was stopped. Anybody may append it to stop a request.
     *
     * @param requestId the request
     * @param reason {@code interrupted} by a newer input, {@code superseded} by another start, or what somebody gave
     * @param byOffset the input that interrupted it
     */
    @EventName("llm-request-cancelled")
    record RequestCancelled(long requestId, String reason, Optional<Long> byOffset) implements AgentEvent {}

    /**
     * The process that made the request is gone, and with it the answer. The input is still owed one.
     *
     * @param requestId the request
     */
    @EventName("llm-request-lost")
    record RequestLost(long requestId) implements AgentEvent {}
}
