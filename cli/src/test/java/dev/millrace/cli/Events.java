package dev.millrace.cli;

import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import java.time.Instant;

/** Made-up stored events. */
public final class Events {
    static final Instant NOON = Instant.parse("2026-05-04T12:00:00.250Z");

    private Events() {}

    public static Event event(long offset, String type, String payload) {
        return Event.builder()
                .path(StreamPath.of("/a"))
                .offset(offset)
                .type(type)
                .payloadJson(JsonCodec.parse(payload))
                .createdAt(NOON)
                .build();
    }

    public static Event event(long offset, Object payload) {
        EventInput input = EventInput.of(payload);
        return event(offset, input.type(), input.payload().toString());
    }
}
