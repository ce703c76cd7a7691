package dev.millrace.processors.circuitbreaker;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventType;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.Provenance;
import dev.millrace.core.StreamPath;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A log that a test writes event by event, and that is reduced by a breaker. */
final class BreakerLog {
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    static final StreamPath PATH = StreamPath.of("/agents/1");

    private final CircuitBreaker breaker = new CircuitBreaker();
    private final List<Event> events = new ArrayList<>();
    private Instant now = START;
    private CircuitBreakerState state = breaker.initialState();

    /** Lets time pass. */
    BreakerLog millis(long millis) {
        now = now.plus(Duration.ofMillis(millis));
        return this;
    }

    /** Appends {@code count} events, {@code apart} milliseconds after one another; the first one now. */
    BreakerLog events(int count, long apart) {
        for (int i = 0; i < count; i++) {
            millis(i == 0 ? 0 : apart).event("noted", "{}");
        }
        return this;
    }

    BreakerLog event(String type, String payload) {
        return add(next(type, payload).build());
    }

    BreakerLog event(BuiltInType type, String payload) {
        return event(type.type(), payload);
    }

    BreakerLog event(EventType type, String payload) {
        return event(type.name(), payload);
    }

    BreakerLog keyed(String type, String key) {
        return add(next(type, "{}").idempotencyKey(key).build());
    }

    BreakerLog caused(int depth, int hops) {
        return add(next("noted", "{}")
                .metadata(new Provenance("echo", 1, PATH, 1, depth, hops).asMetadata(Optional.empty()))
                .build());
    }

    /** An event that a processor wrote: with provenance, and with a key that it derived. */
    BreakerLog written(String type) {
        return add(next(type, "{}")
                .idempotencyKey("echo/" + type + "@" + PATH + ":1")
                .metadata(new Provenance("echo", 1, PATH, 1, 1, 0).asMetadata(Optional.empty()))
                .build());
    }

    /** An event of a WebSocket peer: its processor adds provenance, and the peer chooses the rest. */
    BreakerLog ofPeer(String type, Optional<String> key) {
        ObjectNode metadata = new Provenance("echo", 1, PATH, 1, 1, 1).asMetadata(Optional.empty());
        key.ifPresent(chosen -> Provenance.markForeignKey(metadata));
        Event.Builder event = next(type, "{}").metadata(metadata);
        key.ifPresent(event::idempotencyKey);
        return add(event.build());
    }

    BreakerLog configured(String payload) {
        return event(EventType.of(CircuitBreakerConfigured.class), payload);
    }

    CircuitBreakerState state() {
        return state;
    }

    /** The reason of the pending pause. */
    Optional<String> reason() {
        return state.tripped().map(PendingTrip::reason);
    }

    /** The offset of the event that tripped the breaker. */
    Optional<Long> trippedAt() {
        return state.tripped().map(PendingTrip::offset);
    }

    List<Event> all() {
        return List.copyOf(events);
    }

    private Event.Builder next(String type, String payload) {
        Event.Builder builder = Event.builder();
        builder.path(PATH)
                .offset(events.size() + 1)
                .type(type)
                .payloadJson(payload.equals("{}") ? JsonNodeFactory.instance.objectNode() : JsonCodec.parse(payload))
                .createdAt(now);
        return builder;
    }

    private BreakerLog add(Event event) {
        Event decoded = event.decodedBy(breaker.events());
        events.add(decoded);
        state = breaker.reduce(state, decoded);
        return this;
    }
}
