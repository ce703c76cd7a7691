package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A log that is built event by event and folded. Offset 1 is the {@code initialized} event of the stream. */
final class AgentLog {
    private static final EventCatalog CATALOG = EventCatalog.of(AgentEvent.class);

    private final List<Event> events = new ArrayList<>();
    private AgentState state = AgentState.empty();
    private long head = 1;

    /**
     * Appends and folds an event and returns its offset. The event is written as JSON and read back, as in production.
     */
    long add(AgentEvent payload) {
        return add(EventCatalog.nameOf(payload.getClass()), JsonCodec.toTree(payload));
    }

    long add(String type, JsonNode payload) {
        Event event = Event.builder()
                .path(StreamPath.of("/agents/a"))
                .offset(++head)
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
        return add(new AgentEvent.RequestStarted(state.inputThrough(), model, state.attempts() + 1, "launch" + head));
    }

    void chunk(long requestId, int index, String text) {
        add(new AgentEvent.ChunkAdded(requestId, index, "text", text, 0, 0));
    }

    void item(long requestId, int index, String json) {
        add(new AgentEvent.ItemCompleted(requestId, index, JsonCodec.parse(json.replace('\'', '"'))));
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
        add(RequestFailure.of(FailureKind.OVERLOADED, "no").asEvent(requestId));
    }

    void cancel(long requestId) {
        add(new AgentEvent.RequestCancelled(requestId, "interrupted", Optional.empty()));
    }

    void lose(long requestId) {
        add(new AgentEvent.RequestLost(requestId));
    }

    /** Role and text of all transcript entries, one line each. */
    List<String> transcript() {
        List<String> lines = new ArrayList<>();
        for (AgentState.Entry entry : state.transcript()) {
            JsonNode content = entry.item().path("content");
            String text = content.isTextual()
                    ? content.textValue()
                    : content.path(0).path("text").asText();
            lines.add(entry.item().path("role").asText(entry.item().path("type").asText()) + ": " + text);
        }
        return lines;
    }
}
