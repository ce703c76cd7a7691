package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.processors.agent.AgentEvent;
import dev.millrace.processors.agent.AgentProcessor;
import dev.millrace.processors.agent.AgentState;
import dev.millrace.processors.agent.Transcript;
import dev.millrace.processors.agent.model.OutputItem;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A log that is built event by event, and the bodies of the requests that it leads to. */
final class AgentLog {
    static final String BASE_URL = "http://model/v1";

    private final List<Event> events = new ArrayList<>();
    private final AgentProcessor agent;
    private AgentState state = AgentState.empty();
    private long head = 1;

    /** A log of an agent with the model {@code m}. */
    AgentLog() {
        this(AgentProcessor.of(model("m")));
    }

    AgentLog(AgentProcessor agent) {
        this.agent = agent;
    }

    /** A model at the address of all logs. */
    static OpenAiModel model(String id) {
        return OpenAiModel.builder().baseUrl(BASE_URL).model(id).build();
    }

    /** Appends and folds an event, written as JSON and read back, and returns its offset. */
    long add(AgentEvent payload) {
        return add(EventCatalog.nameOf(payload.getClass()), JsonCodec.toTree(payload));
    }

    private long add(String type, JsonNode payload) {
        Event event = Event.builder()
                .path(StreamPath.of("/agents/a"))
                .offset(++head)
                .type(type)
                .payloadJson(payload)
                .createdAt(Instant.parse("2026-01-01T00:00:00Z").plusSeconds(head))
                .build()
                .decodedBy(AgentEvent.catalog());
        events.add(event);
        state = agent.reduce(state, event);
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

    Transcript conversation() {
        return Transcript.of(events);
    }

    /** The body of the open request, else of the next one. */
    ObjectNode body() {
        return body("m");
    }

    /** The same if the agent asked another model. */
    ObjectNode body(String model) {
        return body(AgentProcessor.of(model(model)), model(model));
    }

    ObjectNode body(AgentProcessor asking, OpenAiModel model) {
        return ResponsesRequestBody.of(asking.prompt(events), model);
    }

    long user(String text) {
        return add(AgentEvent.InputAdded.user(text));
    }

    long start(String model) {
        return add(new AgentEvent.RequestStarted(
                state.inputThrough(),
                model,
                state.attempts() + 1,
                "launch" + head,
                Optional.of(OpenAiModel.PROVIDER),
                Optional.of(BASE_URL),
                Optional.empty()));
    }

    void chunk(long requestId, int index, String text) {
        add(new AgentEvent.ChunkAdded(requestId, index, "text", text, 0, 0));
    }

    /** An item as the service sent it. */
    void item(long requestId, int index, String json) {
        OutputItem item = OutputItems.received(JsonCodec.parse(json.replace('\'', '"')));
        add(new AgentEvent.ItemCompleted(requestId, index, item.item(), item.opaque()));
    }

    /** An item as earlier versions stored it. */
    void oldItem(long requestId, int index, String json) {
        ObjectNode payload = JsonNodeFactory.instance.objectNode();
        payload.put("requestId", requestId).put("outputIndex", index);
        payload.set("item", JsonCodec.parse(json.replace('\'', '"')));
        add("llm-item-completed", payload);
    }

    void message(long requestId, int index, String text) {
        item(
                requestId,
                index,
                "{'type':'message','id':'msg_" + requestId + "','status':'completed','role':'assistant',"
                        + "'content':[{'type':'output_text','text':'" + text + "','annotations':[]}]}");
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
        add(new AgentEvent.RequestFailed(
                requestId,
                "overloaded",
                Optional.empty(),
                Optional.empty(),
                "no",
                Optional.empty(),
                true,
                Optional.empty(),
                Optional.empty()));
    }

    void cancel(long requestId) {
        add(new AgentEvent.RequestCancelled(requestId, "interrupted", Optional.empty()));
    }

    void lose(long requestId) {
        add(new AgentEvent.RequestLost(requestId, Optional.empty()));
    }
}
