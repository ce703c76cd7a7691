package dev.millrace.processors.jsonata;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.AppendResult;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A stream with transformers that tests write and read. */
record TransformerLog(EventStreams streams, StreamPath path) {
    static final Duration BOUND = Duration.ofSeconds(30);

    TransformerLog(EventStreams streams) {
        this(streams, StreamPath.of("/agents/1"));
    }

    Event append(EventInput input) {
        try {
            return streams.append(path, input).thenApply(AppendResult::event).get(BOUND.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("append of " + input.type() + " failed", e);
        }
    }

    Event append(String type, String payload) {
        return append(EventInput.builder()
                .type(type)
                .payload(JsonCodec.parse(payload))
                .build());
    }

    Event configure(String slug, String matcher, String transform) {
        return append(configuration(slug, matcher, transform));
    }

    static EventInput configuration(String slug, String matcher, String transform) {
        ObjectNode payload = JsonNodeFactory.instance.objectNode();
        payload.put("slug", slug).put("matcher", matcher).put("transform", transform);
        return EventInput.builder()
                .type(EventCatalog.nameOf(TransformerEvent.Configured.class))
                .payload(payload)
                .build();
    }

    List<Event> events() {
        try {
            return streams.read(path, ReadRange.all()).get(BOUND.toSeconds(), TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("read failed", e);
        }
    }

    List<Event> events(String type) {
        return events().stream().filter(event -> event.type().equals(type)).toList();
    }

    List<Event> errors() {
        return events(BuiltInType.ERROR_OCCURRED.type());
    }

    Event awaitOne(String type) {
        await().atMost(BOUND).until(() -> !events(type).isEmpty());
        return events(type).get(0);
    }

    /** Waits until all events so far were handled; effects run in the order of the events. */
    void settle() {
        configure("settled", "type = 'settle'", "{'type': 'settled', 'payload': {'n': offset}}");
        Event marker = append("settle", "{}");
        await().atMost(BOUND)
                .until(() -> events("settled").stream()
                        .anyMatch(event -> event.payloadJson().path("n").asLong() == marker.offset()));
    }

    JsonNode slice(String processor) {
        try {
            return Optional.ofNullable(streams.state(path)
                            .get(BOUND.toSeconds(), TimeUnit.SECONDS)
                            .processors()
                            .get(processor))
                    .orElse(JsonNodeFactory.instance.missingNode());
        } catch (Exception e) {
            throw new AssertionError("state failed", e);
        }
    }
}
