package dev.millrace.processors.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.Provenance;
import dev.millrace.core.StreamPath;
import dev.millrace.processors.agent.model.FailureKind;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.PromptPart;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A log that is built event by event and folded. Offset 1 is the {@code initialized} event of the stream. */
final class AgentLog {
    private static final EventCatalog CATALOG = AgentEvent.catalog();

    private static final StreamPath PATH = StreamPath.of("/agents/a");

    private final List<Event> events = new ArrayList<>();
    private AgentState state = AgentState.empty();
    private long head = 1;

    /**
     * Appends and folds an event and returns its offset. The event is written as JSON and read back, as in production.
     */
    long add(Object payload) {
        return add(EventCatalog.nameOf(payload.getClass()), JsonCodec.toTree(payload));
    }

    /** As {@link #add(Object)}, by the agent itself. */
    long byAgent(Object payload) {
        return add(
                EventCatalog.nameOf(payload.getClass()),
                JsonCodec.toTree(payload),
                Optional.of(new Provenance(AgentProcessor.SLUG, 2, PATH, head, 1, 0).asMetadata(Optional.empty())));
    }

    long add(String type, JsonNode payload) {
        return add(type, payload, Optional.empty());
    }

    private long add(String type, JsonNode payload, Optional<JsonNode> metadata) {
        Event event = Event.builder()
                .path(PATH)
                .offset(++head)
                .metadata(metadata)
                .type(type)
                .payloadJson(payload)
                .createdAt(Instant.parse("2026-01-01T00:00:00Z").plusSeconds(head))
                .build()
                .decodedBy(CATALOG);
        events.add(event);
        state = AgentReducer.reduce(state, event);
        return head;
    }

    AgentState state() {
        return state;
    }

    List<Event> events() {
        return List.copyOf(events);
    }

    long head() {
        return head;
    }

    long user(String text) {
        return add(AgentEvent.InputAdded.user(text));
    }

    /** Starts a request for all inputs so far. */
    long start() {
        return start("m");
    }

    long start(String model) {
        return start(model, "http://model");
    }

    long start(String model, String baseUrl) {
        return add(new AgentEvent.RequestStarted(
                state.inputThrough(),
                model,
                state.attempts() + 1,
                "launch" + head,
                Optional.of("fake"),
                Optional.of(baseUrl),
                Optional.empty()));
    }

    /** Schedules a request for other programs. */
    long schedule() {
        return add(new AgentEvent.RequestScheduled(
                state.inputThrough(),
                "m",
                state.attempts() + 1,
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
    }

    /** The start of a scheduled request by another program. */
    long startScheduled(long scheduled) {
        return add(new AgentEvent.RequestStarted(
                state.inputThrough(),
                "m",
                state.attempts(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(scheduled)));
    }

    void chunk(long requestId, int index, String text) {
        add(new AgentEvent.ChunkAdded(requestId, index, "text", text, 0, 0));
    }

    /** An item in the form of OpenAI's Responses API, as earlier versions stored it. */
    void item(long requestId, int index, String json) {
        ObjectNode payload = JsonNodeFactory.instance.objectNode();
        payload.put("requestId", requestId).put("outputIndex", index);
        payload.set("item", JsonCodec.parse(json.replace('\'', '"')));
        add("llm-item-completed", payload);
    }

    void message(long requestId, int index, String text) {
        add(new AgentEvent.ItemCompleted(requestId, index, new ModelItem.Message(text), Optional.empty()));
    }

    void reasoning(long requestId, int index, String text) {
        add(new AgentEvent.ItemCompleted(requestId, index, new ModelItem.Reasoning(text), Optional.empty()));
    }

    void call(long requestId, int index, String callId, String name, String arguments) {
        add(new AgentEvent.ItemCompleted(
                requestId, index, new ModelItem.ToolCall(callId, name, arguments), Optional.empty()));
    }

    void complete(long requestId) {
        add(new AgentEvent.RequestCompleted(
                requestId,
                Optional.of("resp_1"),
                Optional.of("m"),
                "completed",
                Optional.empty(),
                Optional.empty(),
                5,
                Optional.of(1L)));
    }

    void fail(long requestId) {
        fail(requestId, FailureKind.OVERLOADED, Optional.empty());
    }

    void fail(long requestId, FailureKind kind, Optional<Instant> retryAt) {
        add(new AgentEvent.RequestFailed(
                requestId,
                kind.wireName(),
                Optional.empty(),
                Optional.empty(),
                "no",
                Optional.empty(),
                kind.isRetryable(),
                retryAt,
                Optional.empty()));
    }

    void retryScheduled(long requestId, long delayMs) {
        add(new AgentEvent.RetryScheduled(requestId, 1, delayMs, "overloaded", "busy"));
    }

    long retry() {
        return add(new AgentEvent.RetryRequested(Optional.empty()));
    }

    void cancel(long requestId) {
        add(new AgentEvent.RequestCancelled(requestId, "interrupted", Optional.empty()));
    }

    void lose(long requestId) {
        add(new AgentEvent.RequestLost(requestId, Optional.empty()));
    }

    Transcript conversation() {
        return Transcript.of(events);
    }

    /** Role and text of the whole conversation, one line for each message and each item. */
    List<String> transcript() {
        return transcript(conversation());
    }

    static List<String> transcript(Transcript conversation) {
        List<String> lines = new ArrayList<>();
        for (Transcript.Entry entry : conversation.entries()) {
            if (entry.part() instanceof PromptPart.Input input) {
                lines.add(input.role() + ": " + text(input.content()));
            } else if (entry.part() instanceof PromptPart.Output output) {
                output.items().forEach(item -> lines.add(line(item.item())));
            }
        }
        return lines;
    }

    private static String text(JsonNode content) {
        StringBuilder text = new StringBuilder(content.asText(""));
        content.forEach(part -> text.append(part.path("text").asText("")));
        return text.toString();
    }

    private static String line(ModelItem item) {
        if (item instanceof ModelItem.Message message) {
            return "assistant: " + message.text();
        }
        if (item instanceof ModelItem.Refusal refusal) {
            return "assistant: " + refusal.text();
        }
        if (item instanceof ModelItem.Reasoning reasoning) {
            return "reasoning: " + reasoning.text();
        }
        return item instanceof ModelItem.ToolCall call
                ? "call: " + call.name() + " " + call.arguments()
                : "other: " + ((ModelItem.Other) item).kind();
    }
}
