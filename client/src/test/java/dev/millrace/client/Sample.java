package dev.millrace.client;

import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import java.time.Duration;
import java.time.Instant;

/** Small pieces of the wire format. */
public final class Sample {
    public static final StreamPath PATH = StreamPath.of("/agents/1");
    public static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");
    public static final Duration PATIENCE = Duration.ofSeconds(30);

    private Sample() {}

    public static String event(long offset) {
        return event(offset, "said", "{\"text\":\"größe " + offset + "\"}");
    }

    public static String event(long offset, String type, String payload) {
        return "{\"streamPath\":\"/agents/1\",\"type\":\"" + type + "\",\"payload\":" + payload + ",\"offset\":"
                + offset + ",\"createdAt\":\"2026-01-01T12:00:00.000Z\"}";
    }

    static String keyedEvent(long offset, String type, String payload, String key) {
        String event = event(offset, type, payload);
        return event.substring(0, event.length() - 1) + ",\"idempotencyKey\":\"" + key + "\"}";
    }

    static String sse(long offset) {
        return "event: message\ndata: " + event(offset) + "\nid: " + offset + "\n\n";
    }

    static String caughtUp(long offset) {
        return "event: caught-up\ndata: {\"offset\":" + offset + "}\n\n";
    }

    static String error(int status, String code, String message) {
        return "{\"defined\":true,\"code\":\"" + code + "\",\"status\":" + status + ",\"message\":\"" + message + "\"}";
    }

    static EventInput input(String type, String payload) {
        return EventInput.builder().type(type).payload(JsonCodec.parse(payload)).build();
    }

    static EventInput keyed(String type, String payload, String key) {
        return EventInput.builder()
                .type(type)
                .payload(JsonCodec.parse(payload))
                .idempotencyKey(key)
                .build();
    }
}
