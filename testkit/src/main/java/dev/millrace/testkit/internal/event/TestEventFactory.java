package dev.millrace.testkit.internal.event;

import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.StreamPath;
import java.time.Duration;
import java.time.Instant;

/** A factory of events for payloads, each at the next offset and one second after the one before. Not thread-safe. */
public final class TestEventFactory {
    public static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    public static final Duration STEP = Duration.ofSeconds(1);

    private final StreamPath path;
    private long lastOffset;
    private Instant lastTime = START.minus(STEP);

    public TestEventFactory(StreamPath path) {
        this.path = path;
    }

    public TestEventFactory after(Event event) {
        lastOffset = event.offset();
        lastTime = event.createdAt();
        return this;
    }

    public Event next(Object payload) {
        EventInput input = input(payload);
        lastOffset++;
        lastTime = lastTime.plus(STEP);
        Event.Builder builder = Event.builder();
        builder.path(path)
                .offset(lastOffset)
                .type(input.type())
                .payloadJson(input.payload())
                .idempotencyKey(input.idempotencyKey())
                .metadata(input.metadata())
                .source(input.source())
                .createdAt(lastTime);
        return builder.build();
    }

    /** Returns the input for a payload, or the argument if it is an input. */
    public static EventInput input(Object payload) {
        return payload instanceof EventInput input ? input : EventInput.of(payload);
    }
}
