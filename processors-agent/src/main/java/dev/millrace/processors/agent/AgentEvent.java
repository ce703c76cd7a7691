package dev.millrace.processors.agent;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventName;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.OutputItem;
import dev.millrace.processors.agent.model.Usage;
import dev.millrace.processors.agent.tool.ToolEvent;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The events of an agent. Callers append the first four types, the agent appends the others.
 *
 * <p>The id of a request is the offset of its {@link RequestStarted}. Only the newest started request is open. Events
 * for another request, or for a request that has ended, are ignored. A request ends with the first of {@link
 * RequestCompleted}, {@link RequestFailed}, {@link RequestCancelled} and {@link RequestLost}.
 *
 * @since 0.1
 */
public sealed interface AgentEvent {
    /** The catalog of these events and of {@link ToolEvent}. It also reads what earlier versions stored: items and usage as OpenAI sent them. */
    static EventCatalog catalog() {
        return AgentCatalog.CATALOG;
    }

    /**
     * A message in the conversation. A message with the role {@code user} requires a reply; the other roles only add to
     * the conversation.
     *
     * @param role {@code user}, {@code assistant}, {@code system} or {@code developer}; {@code user} if there is none
     * @param content text, or an array of content parts in the format of the provider
     * @param delivery when the message takes effect; only {@code interrupt} is known, and it is the default: a message of
     *     a user stops the open request
     */
    @EventName("agent-input-added")
    record InputAdded(Optional<String> role, JsonNode content, Optional<String> delivery) implements AgentEvent {
        private static final String USER = "user";
        private static final Set<String> ROLES = Set.of(USER, "assistant", "system", "developer");
        private static final String INTERRUPT = "interrupt";

        /**
         * Checks the input.
         *
         * @throws IllegalArgumentException if the role or the delivery is another one, or the content is neither text nor
         *     an array
         */
        public InputAdded {
            role.filter(other -> !ROLES.contains(other)).ifPresent(other -> {
                throw new IllegalArgumentException(
                        "role must be user, assistant, system or developer, got '" + other + "'");
            });
            if (!content.isTextual() && !content.isArray()) {
                throw new IllegalArgumentException("content must be text or an array of parts, got "
                        + content.getNodeType().name().toLowerCase(Locale.ROOT));
            }
            delivery.filter(when -> !when.equals(INTERRUPT)).ifPresent(when -> {
                throw new IllegalArgumentException("delivery must be interrupt, got '" + when
                        + "'; no other delivery is supported yet, so leave it out");
            });
        }

        /** A message with the default delivery. */
        public InputAdded(String role, JsonNode content) {
            this(Optional.of(role), content, Optional.empty());
        }

        /** The role; {@code user} if the event has none. */
        public String roleOrUser() {
            return role.orElse(USER);
        }

        /** Whether the agent replies to it: it is a message of a user. */
        public boolean requiresReply() {
            return roleOrUser().equals(USER);
        }

        /** A message of a user. */
        public static InputAdded user(String text) {
            return new InputAdded(USER, TextNode.valueOf(text));
        }

        /** A message of an {@code assistant}, {@code system} or {@code developer}. */
        public static InputAdded as(String role, String text) {
            return new InputAdded(role, TextNode.valueOf(text));
        }
    }

    /**
     * The instructions of all requests that start after this event.
     *
     * @param systemPrompt the text; it replaces the previous one
     */
    @EventName("system-prompt-updated")
    record SystemPromptUpdated(String systemPrompt) implements AgentEvent {}

    /**
     * The configuration of all requests that start after this event. Absent values keep their previous setting.
     *
     * @param model the id of the model
     * @param reasoningEffort the effort of a reasoning model, in the words of the provider
     * @param maxOutputTokens the maximum number of tokens of a response, reasoning included
     * @param temperature the sampling temperature; reasoning models refuse it
     * @param wire the protocol in which the model is asked: {@code responses}, {@code chat}, {@code messages} or {@code
     *     external}; a provider has some of them
     */
    @EventName("llm-config-updated")
    record LlmConfigUpdated(
            Optional<String> model,
            Optional<String> reasoningEffort,
            Optional<Integer> maxOutputTokens,
            Optional<BigDecimal> temperature,
            Optional<String> wire)
            implements AgentEvent {
        /** A configuration without values. */
        public static LlmConfigUpdated none() {
            return only(Optional.empty(), Optional.empty());
        }

        /** A configuration with only a model. */
        public static LlmConfigUpdated model(String model) {
            return only(Optional.of(model), Optional.empty());
        }

        /** A configuration with only a wire. */
        public static LlmConfigUpdated wire(String wire) {
            return only(Optional.empty(), Optional.of(wire));
        }

        private static LlmConfigUpdated only(Optional<String> model, Optional<String> wire) {
            return new LlmConfigUpdated(model, Optional.empty(), Optional.empty(), Optional.empty(), wire);
        }

        /** This configuration; values of {@code newer} replace its own. */
        public LlmConfigUpdated with(LlmConfigUpdated newer) {
            return new LlmConfigUpdated(
                    newer.model.or(() -> model),
                    newer.reasoningEffort.or(() -> reasoningEffort),
                    newer.maxOutputTokens.or(() -> maxOutputTokens),
                    newer.temperature.or(() -> temperature),
                    newer.wire.or(() -> wire));
        }
    }

    /**
     * Asks for another request after the newest one failed or was stopped. Nothing happens if the newest input has an
     * answer, also an incomplete one, or if a request is open.
     *
     * @param reason why, for readers of the log
     */
    @EventName("llm-retry-requested")
    record RetryRequested(Optional<String> reason) implements AgentEvent {}

    /**
     * A request that another program answers, because the wire of the agent is {@code external}. Each program that may
     * append can answer: with a {@link RequestStarted} that names this event, and then as the agent does. The agent waits
     * for the start without a limit; a new message makes another request.
     *
     * @param inputThroughOffset the newest input, prompt or configuration that the request includes
     * @param model the requested model
     * @param attempt the number of requests for the newest user input, this one included
     * @param prompt the offsets of the events from which the prompt is made, in the order in which the model reads them:
     *     the system prompt, then messages, items of earlier answers, and results of calls
     * @param tools the offsets of the offers of tools that are in force
     * @param instructions the system prompt if no event has it
     * @param reasoningEffort as in {@link LlmConfigUpdated}
     * @param maxOutputTokens as in {@link LlmConfigUpdated}
     * @param temperature as in {@link LlmConfigUpdated}
     */
    @EventName("llm-request-scheduled")
    record RequestScheduled(
            long inputThroughOffset,
            String model,
            int attempt,
            List<Long> prompt,
            List<Long> tools,
            Optional<String> instructions,
            Optional<String> reasoningEffort,
            Optional<Integer> maxOutputTokens,
            Optional<BigDecimal> temperature)
            implements AgentEvent {
        /** Copies the lists. */
        public RequestScheduled {
            prompt = List.copyOf(prompt);
            tools = List.copyOf(tools);
        }
    }

    /**
     * The start of a request to the model. Its content is not repeated here: it is all inputs up to {@code
     * inputThroughOffset} and the outputs of all requests that ended before.
     *
     * @param inputThroughOffset the newest input, prompt or configuration that it includes
     * @param model the requested model
     * @param attempt the number of requests for the newest user input, this one included
     * @param launch a name of the launch that appended it, by which the launch recognises its own event
     * @param provider the provider; empty in logs of earlier versions, where it is {@code openai}, and from other programs
     * @param baseUrl the address of the provider; empty in logs of earlier versions
     * @param wire the protocol in which the model is asked, see {@link LlmConfigUpdated}; empty if the provider has only
     *     one without a name, and in logs of earlier versions, where {@code openai} means {@code responses}
     * @param scheduledOffset the {@link RequestScheduled} that another program answers; empty if the agent asks the model
     */
    @EventName("llm-request-started")
    record RequestStarted(
            long inputThroughOffset,
            String model,
            int attempt,
            Optional<String> launch,
            Optional<String> provider,
            Optional<String> baseUrl,
            Optional<String> wire,
            Optional<Long> scheduledOffset)
            implements AgentEvent {
        /** A start by an agent, which asks the model itself. */
        public RequestStarted(
                long inputThroughOffset,
                String model,
                int attempt,
                String launch,
                Optional<String> provider,
                Optional<String> baseUrl,
                Optional<String> wire) {
            this(inputThroughOffset, model, attempt, Optional.of(launch), provider, baseUrl, wire, Optional.empty());
        }
    }

    /**
     * A parameter that the service of a provider refused. Requests to the same model at the same address are sent
     * without it. A caller may append the event with {@code supported: true}, which takes that back.
     *
     * @param requestId the request that was refused; it is sent once more
     * @param baseUrl the address of the provider
     * @param model the requested model
     * @param parameter the parameter, in the words of the provider
     * @param supported false; true only from a caller
     * @param message the refusal
     */
    @EventName("llm-capability-learned")
    record CapabilityLearned(
            long requestId, String baseUrl, String model, String parameter, boolean supported, Optional<String> message)
            implements AgentEvent {}

    /**
     * A piece of the output of the model. The pieces of one request are in order and never split a code point.
     *
     * @param requestId the request
     * @param outputIndex the position of its item in the response
     * @param kind {@code text}, {@code reasoning}, {@code refusal} or {@code arguments}
     * @param text the piece
     * @param seqFrom the sequence number of its first event, given by the provider
     * @param seqTo the sequence number of its last event, given by the provider
     */
    @EventName("llm-chunk-added")
    record ChunkAdded(long requestId, int outputIndex, String kind, String text, long seqFrom, long seqTo)
            implements AgentEvent {}

    /**
     * A complete item of the response. It replaces the chunks with its output index.
     *
     * @param requestId the request
     * @param outputIndex the position of the item in the response
     * @param item the item, in a form that is the same for every provider
     * @param opaque what the provider adds and needs back, see {@link OutputItem#opaque}
     */
    @EventName("llm-item-completed")
    record ItemCompleted(long requestId, int outputIndex, ModelItem item, Optional<JsonNode> opaque)
            implements AgentEvent {
        /** The text of the item if it is a message or a refusal; else empty. */
        public String text() {
            if (item instanceof ModelItem.Refusal refusal) {
                return refusal.text();
            }
            return item instanceof ModelItem.Message message ? message.text() : "";
        }
    }

    /**
     * A temporary failure of a request before the first output; the request will be sent again.
     *
     * @param requestId the request
     * @param failedTries how often it has failed so far
     * @param delayMs the delay before the next try, in milliseconds
     * @param failureClass as in {@link RequestFailed}
     * @param message a description of the failure
     */
    @EventName("llm-retry-scheduled")
    record RetryScheduled(
            long requestId,
            int failedTries,
            long delayMs,
            @JsonProperty("class") String failureClass,
            String message) implements AgentEvent {}

    /**
     * The end of a successful response.
     *
     * @param requestId the request
     * @param responseId the id of the response, given by the provider
     * @param model the model that answered, as the provider calls it
     * @param status {@code completed}, or {@code incomplete} if the provider ended the response early
     * @param incompleteReason why it is incomplete, in the words of the provider
     * @param usage the tokens; estimated if the provider said nothing
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
            Optional<Usage> usage,
            long durationMs,
            Optional<Long> ttftMs)
            implements AgentEvent {}

    /**
     * The final failure of a request. It counts as the answer to the input. A new input, {@link RetryRequested} or a new
     * configuration starts another request.
     *
     * @param requestId the request
     * @param failureClass {@code quota}, {@code auth}, {@code rate-limit}, {@code overloaded}, {@code context-length},
     *     {@code invalid-request}, {@code truncated}, {@code network}, {@code retries-exhausted}, {@code not-recorded}
     *     (the service refused to store a part of the answer) or {@code unknown}
     * @param code the code of the provider
     * @param status the HTTP status, if it was not a success
     * @param message a description of the failure
     * @param providerRequestId the id to give to the support of the provider
     * @param retryable whether the same request may succeed later
     * @param retryAt the time before which the provider wants no other request, if that is too late to wait for it
     * @param usage the tokens; estimated if the provider said nothing
     */
    @EventName("llm-request-failed")
    record RequestFailed(
            long requestId,
            @JsonProperty("class") String failureClass,
            Optional<String> code,
            Optional<Integer> status,
            String message,
            Optional<String> providerRequestId,
            boolean retryable,
            Optional<Instant> retryAt,
            Optional<Usage> usage)
            implements AgentEvent {}

    /**
     * The end of a request that was stopped. Any caller may append this event to stop a request.
     *
     * @param requestId the request
     * @param reason {@code interrupted} by a newer input, {@code superseded} by another start, or the reason of the
     *     caller
     * @param byOffset the input that interrupted it
     * @param usage the tokens, estimated
     */
    @EventName("llm-request-cancelled")
    record RequestCancelled(long requestId, String reason, Optional<Long> byOffset, Optional<Usage> usage)
            implements AgentEvent {
        /** A stop without usage, for callers other than the agent. */
        public RequestCancelled(long requestId, String reason, Optional<Long> byOffset) {
            this(requestId, reason, byOffset, Optional.empty());
        }
    }

    /**
     * The end of a request whose process ended before the answer was complete. Its input is still unanswered.
     *
     * @param requestId the request
     * @param usage the tokens, estimated
     */
    @EventName("llm-request-lost")
    record RequestLost(long requestId, Optional<Usage> usage) implements AgentEvent {}
}
