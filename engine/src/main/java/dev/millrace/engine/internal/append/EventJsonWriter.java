package dev.millrace.engine.internal.append;

import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/**
 * A writer of the JSON of stored events: compact, fields in the order of the wire format, absent fields left out. It
 * has two steps, because only the writer thread knows offset and time.
 */
final class EventJsonWriter {
    private EventJsonWriter() {}

    /** The first bytes of the JSON of every event of a stream, and of no other stream. */
    static byte[] beginning(StreamPath path) {
        return utf8("{\"streamPath\":\"" + path.value() + "\",");
    }

    /** The JSON up to the value of {@code offset}. */
    static byte[] opening(
            StreamPath path,
            String type,
            byte[] payload,
            Optional<byte[]> metadata,
            Optional<byte[]> source,
            Optional<String> key) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(payload.length + 256);
        out.writeBytes(beginning(path));
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
        put(out, ",\"offset\":");
        return out.toByteArray();
    }

    static byte[] complete(byte[] opening, long offset, Instant createdAt) {
        byte[] rest = utf8(offset + ",\"createdAt\":\"" + JsonCodec.time(createdAt) + "\"}");
        byte[] whole = new byte[opening.length + rest.length];
        System.arraycopy(opening, 0, whole, 0, opening.length);
        System.arraycopy(rest, 0, whole, opening.length, rest.length);
        return whole;
    }

    private static void put(ByteArrayOutputStream out, String ascii) {
        out.writeBytes(utf8(ascii));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
