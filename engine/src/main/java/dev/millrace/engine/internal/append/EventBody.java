package dev.millrace.engine.internal.append;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A writer of the bodies of stored events: compact, fields in the order of the wire format, absent fields left out. Path,
 * offset and time are not in it; see {@link dev.millrace.engine.spi.EventRecord#json}.
 */
final class EventBody {
    private EventBody() {}

    static byte[] of(
            String type, byte[] payload, Optional<byte[]> metadata, Optional<byte[]> source, Optional<String> key) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(payload.length + 256);
        put(out, "\"type\":");
        out.writeBytes(JsonText.of(type));
        put(out, ",\"payload\":");
        out.writeBytes(payload);
        metadata.ifPresent(json -> {
            put(out, ",\"metadata\":");
            out.writeBytes(json);
        });
        source.ifPresent(json -> {
            put(out, ",\"source\":");
            out.writeBytes(json);
        });
        key.ifPresent(text -> {
            put(out, ",\"idempotencyKey\":");
            out.writeBytes(JsonText.of(text));
        });
        return out.toByteArray();
    }

    private static void put(ByteArrayOutputStream out, String ascii) {
        out.writeBytes(ascii.getBytes(StandardCharsets.US_ASCII));
    }
}
