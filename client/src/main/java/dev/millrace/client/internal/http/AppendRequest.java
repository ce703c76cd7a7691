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
import java.util.Optional;
import java.util.Set;
import okhttp3.Response;

/** The body of an append request, and the decoder of its response. Immutable. */
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

    /** True if every event has an idempotency key, so that it can be sent again. */
    public boolean keyed() {
        return keyed;
    }

    /** Throws {@link IllegalArgumentException} if the input cannot be written as JSON. */
    public static AppendRequest of(EventInput input) {
        return new AppendRequest(
                JsonCodec.write(JsonCodec.toTree(input)), input.idempotencyKey().isPresent());
    }

    /** Throws {@link IllegalArgumentException} if the batch is empty, or an input cannot be written as JSON. */
    public static AppendRequest of(List<EventInput> inputs) {
        if (inputs.isEmpty()) {
            throw new IllegalArgumentException(
                    "a batch needs at least one event, got none; do not call appendAll without events");
        }
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        inputs.forEach(input -> array.add(JsonCodec.toTree(input)));
        boolean keyed = inputs.stream().allMatch(input -> input.idempotencyKey().isPresent());
        return new AppendRequest(JsonCodec.write(array), keyed);
    }

    /** Reads {@code {"event": …}}; a header tells whether it is a replay. */
    public AppendResult readOne(Response response) throws IOException {
        List<Event> events = AppendAnswer.of(response.body().bytes()).events();
        if (events.size() != 1) {
            throw new IllegalArgumentException("one event was sent, " + events.size() + " came back");
        }
        Event event = events.get(0);
        boolean replayed = isReplay(response);
        return new AppendResult(
                event, replayed, replayed && IdempotencyKeyConflict.between(JsonCodec.parse(json), event));
    }

    /**
     * Reads {@code {"events": […], "replayed": […]}}. If the service leaves {@code replayed} out, an event counts as a
     * replay if the header says so, if it is in the answer twice, or if it differs from the input with its key.
     */
    public List<AppendResult> readAll(Response response) throws IOException {
        AppendAnswer answer = AppendAnswer.of(response.body().bytes());
        List<Event> events = answer.events();
        JsonNode inputs = JsonCodec.parse(json);
        if (events.size() != inputs.size()) {
            throw new IllegalArgumentException(inputs.size() + " events were sent, " + events.size() + " came back");
        }
        boolean all = isReplay(response);
        Set<Long> seen = new HashSet<>();
        List<AppendResult> appended = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            JsonNode input = inputs.get(i);
            Event event = events.get(i);
            boolean differs = IdempotencyKeyConflict.between(input, event);
            boolean sameKey = event.idempotencyKey()
                    .filter(key ->
                            key.equals(input.path("idempotencyKey").asText().strip()))
                    .isPresent();
            boolean again = !seen.add(event.offset());
            boolean replayed = isReplay(answer, i).orElse(all || again || (sameKey && differs));
            appended.add(new AppendResult(event, replayed, replayed && differs));
        }
        return List.copyOf(appended);
    }

    private static Optional<Boolean> isReplay(AppendAnswer answer, int index) {
        return answer.replayed().map(flags -> index < flags.size() && flags.get(index));
    }

    private static boolean isReplay(Response response) {
        return "true".equalsIgnoreCase(response.header("Idempotent-Replayed"));
    }
}
