package dev.millrace.client.internal.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.AppendResult;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import okhttp3.Response;

/** What an append sends, fixed at the moment of the call, and how its answer is read against it. Immutable. */
public final class AppendRequest {
    private final byte[] json;
    private final boolean keyed;

    private AppendRequest(byte[] json, boolean keyed) {
        this.json = json;
        this.keyed = keyed;
    }

    /** The bytes on the wire: an event, or an array of events. Not a copy. */
    public byte[] json() {
        return json;
    }

    /** Whether every event has an idempotency key, so that sending it again stores nothing twice. */
    public boolean keyed() {
        return keyed;
    }

    /**
     * The body for one input.
     *
     * @throws IllegalArgumentException when the input cannot be written as JSON
     */
    public static AppendRequest of(EventInput input) {
        return new AppendRequest(
                JsonCodec.write(JsonCodec.toTree(input)), input.idempotencyKey().isPresent());
    }

    /**
     * The body for a batch.
     *
     * @throws IllegalArgumentException when there is nothing in it, or an input cannot be written as JSON
     */
    public static AppendRequest of(List<EventInput> inputs) {
        if (inputs.isEmpty()) {
            throw new IllegalArgumentException("a batch needs at least one event, got none; leave the call out");
        }
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        inputs.forEach(input -> array.add(JsonCodec.toTree(input)));
        boolean keyed = inputs.stream().allMatch(input -> input.idempotencyKey().isPresent());
        return new AppendRequest(JsonCodec.write(array), keyed);
    }

    /** Reads {@code {"event": …}}; whether it is a replay stands in a header. */
    public AppendResult readOne(Response response) throws IOException {
        Event event = JsonCodec.toEvent(JsonCodec.parse(response.body().bytes()).path("event"));
        boolean replayed = isReplay(response);
        return new AppendResult(event, replayed, replayed && PayloadMismatch.between(JsonCodec.parse(json), event));
    }

    /**
     * Reads {@code {"events": […], "replayed": […]}}. Where a service leaves {@code replayed} out, only that is taken for
     * a replay which must be one: everything when the header says so, an event that stands in the answer before, an event
     * that says something else than the input with its key.
     */
    public List<AppendResult> readAll(Response response) throws IOException {
        JsonNode answer = JsonCodec.parse(response.body().bytes());
        JsonNode events = answer.path("events");
        JsonNode replays = answer.path("replayed");
        JsonNode inputs = JsonCodec.parse(json);
        if (events.size() != inputs.size()) {
            throw new IllegalArgumentException(inputs.size() + " events were sent, " + events.size() + " came back");
        }
        boolean all = isReplay(response);
        Set<Long> seen = new HashSet<>();
        List<AppendResult> appended = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            JsonNode input = inputs.get(i);
            Event event = JsonCodec.toEvent(events.get(i));
            boolean differs = PayloadMismatch.between(input, event);
            boolean sameKey = event.idempotencyKey()
                    .filter(key ->
                            key.equals(input.path("idempotencyKey").asText().strip()))
                    .isPresent();
            boolean again = !seen.add(event.offset());
            boolean replayed = replays.isArray() ? replays.path(i).asBoolean() : all || again || (sameKey && differs);
            appended.add(new AppendResult(event, replayed, replayed && differs));
        }
        return List.copyOf(appended);
    }

    private static boolean isReplay(Response response) {
        return "true".equalsIgnoreCase(response.header("Idempotent-Replayed"));
    }
}
