package dev.millrace.client.internal.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.DestroyResult;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.StreamState;
import dev.millrace.core.StreamSummary;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import okhttp3.Response;
import okio.BufferedSource;

/** A decoder of successful HTTP responses, except those to appends ({@link AppendRequest}). */
public final class ResponseDecoder {
    private ResponseDecoder() {}

    /** One event per line; throws {@link EOFException} if the service announced more events than it sent. */
    public static List<Event> events(Response response, ReadRange range) throws IOException {
        List<Event> events = new ArrayList<>();
        BufferedSource source = response.body().source();
        for (String line = source.readUtf8Line(); line != null; line = source.readUtf8Line()) {
            if (!line.isBlank()) {
                events.add(JsonCodec.readEvent(line.getBytes(StandardCharsets.UTF_8)));
            }
        }
        requireAll(response, range, events);
        return List.copyOf(events);
    }

    private static void requireAll(Response response, ReadRange range, List<Event> events) throws EOFException {
        String watermark = response.header("Millrace-Watermark");
        if (watermark == null || !range.types().isEmpty()) {
            return; // not known how many there should be
        }
        long last = Math.min(Long.parseLong(watermark), range.beforeOffset().orElse(Long.MAX_VALUE) - 1);
        long announced = Math.min(last - range.afterOffset(), range.limit().orElse(Integer.MAX_VALUE));
        if (events.size() < announced) {
            String end = events.isEmpty()
                    ? ""
                    : ", the last one at offset "
                            + events.get(events.size() - 1).offset();
            throw new EOFException("the answer ended early: it has " + events.size() + " of " + announced + " events"
                    + end + "; the log of the service says why");
        }
    }

    /** An answer without a result; it must be JSON, otherwise it is not from a service. */
    public static JsonNode done(Response response) throws IOException {
        return JsonCodec.parse(response.body().bytes());
    }

    public static StreamState state(Response response) throws IOException {
        return state(JsonCodec.parse(response.body().bytes()));
    }

    private static StreamState state(JsonNode json) {
        StreamState.Builder state = StreamState.builder();
        state.projectSlug(ProjectSlug.of(text(json, "projectSlug")))
                .path(StreamPath.of(text(json, "path")))
                .eventCount(json.path("eventCount").longValue())
                .metadata(
                        json.path("metadata").isObject()
                                ? json.path("metadata")
                                : JsonNodeFactory.instance.objectNode());
        json.path("childPaths").forEach(child -> state.addChildPaths(StreamPath.of(child.asText())));
        json.path("processors").properties().forEach(slice -> state.putProcessor(slice.getKey(), slice.getValue()));
        return state.build();
    }

    public static List<StreamSummary> summaries(Response response) throws IOException {
        JsonNode json = JsonCodec.parse(response.body().bytes());
        if (!json.isArray()) {
            throw new IllegalArgumentException("a list of streams is missing in " + json);
        }
        List<StreamSummary> summaries = new ArrayList<>();
        json.forEach(line -> summaries.add(
                new StreamSummary(StreamPath.of(text(line, "path")), Instant.parse(text(line, "createdAt")))));
        return List.copyOf(summaries);
    }

    /** A stream without a final state gets an empty one. */
    public static DestroyResult destroyed(Response response, ProjectSlug project) throws IOException {
        JsonNode json = JsonCodec.parse(response.body().bytes());
        if (!json.path("finalStateByPath").isObject()) {
            throw new IllegalArgumentException("'finalStateByPath' is missing in " + json);
        }
        Map<StreamPath, StreamState> states = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> wiped : json.path("finalStateByPath").properties()) {
            StreamPath path = StreamPath.of(wiped.getKey());
            JsonNode last = wiped.getValue().path("finalState");
            states.put(path, last.isObject() ? state(last) : nothing(project, path));
        }
        return new DestroyResult(Collections.unmodifiableMap(states));
    }

    private static StreamState nothing(ProjectSlug project, StreamPath path) {
        return StreamState.builder()
                .projectSlug(project)
                .path(path)
                .eventCount(0)
                .metadata(JsonNodeFactory.instance.objectNode())
                .build();
    }

    private static String text(JsonNode json, String field) {
        if (!json.path(field).isTextual()) {
            throw new IllegalArgumentException("'" + field + "' is missing in " + json);
        }
        return json.path(field).textValue();
    }
}
