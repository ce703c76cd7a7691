package dev.millrace.engine.internal.commit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.engine.spi.EventRecord;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.List;

/**
 * The events of a store as readers get them. Another version, or another program, may have stored JSON that is no
 * event, and a record may be damaged. Readers get an event in its place, with the path, offset, type, time and key that
 * the store knows, so that they read the log to its end.
 */
public final class StoredEvents {
    private StoredEvents() {}

    /** Decodes a record; never throws. */
    public static Event decode(EventRecord record) {
        Event event = JsonCodec.readEvent(
                record.isDamaged() ? record.body() : record.json(),
                record.path(),
                record.offset(),
                record.type(),
                record.createdAt());
        boolean lacksKey =
                event.idempotencyKey().isEmpty() && !event.payloadJson().isObject();
        return lacksKey && record.idempotencyKey().isPresent()
                ? Event.builder()
                        .from(event)
                        .idempotencyKey(record.idempotencyKey().map(StoredEvents::keyText))
                        .build()
                : event;
    }

    /**
     * The event of a record that this engine has just stored; its JSON is parsed when it is needed. A record that does
     * not look like those of this engine is decoded at once.
     */
    public static Event justStored(EventRecord record) {
        return isOurs(record)
                ? JsonCodec.lazyEvent(
                        record.path(),
                        record.offset(),
                        record.type(),
                        record.createdAt(),
                        new String(record.body(), ISO_8859_1).contains("\"metadata\""),
                        () -> decode(record))
                : decode(record);
    }

    /** A key as readers see it: the store has it behind the prefix of its space, which begins with a blank. */
    private static String keyText(String stored) {
        boolean isForeign = stored.startsWith("  ");
        return isForeign ? stored.substring(stored.indexOf(' ', 2) + 1) : stored.strip();
    }

    /** The records themselves, or decodable ones in the place of those that are not. */
    static List<EventRecord> readable(List<EventRecord> records) {
        return records.stream().allMatch(StoredEvents::isOurs)
                ? records
                : records.stream()
                        .map(record -> isOurs(record) ? record : decodable(record))
                        .toList();
    }

    /** The record itself if it is an event that can be decoded, on one line of UTF-8; else one that is. */
    public static EventRecord decodable(EventRecord record) {
        Event event = decode(record);
        return isTextLine(record.body()) && event.payloadJson().isObject()
                ? record
                : record.withBody(EventRecord.bodyOf(event));
    }

    /**
     * Whether the body begins as those of all events of this engine. Nothing is parsed, because this is done for every
     * record that is read.
     */
    private static boolean isOurs(EventRecord record) {
        byte[] body = record.body();
        return has(body, 0, "\"type\":\"" + record.type() + "\",\"payload\":{") && isTextLine(body);
    }

    /** False for a text that is not ASCII; such a record is parsed. */
    private static boolean has(byte[] json, int at, String text) {
        if (at < 0 || at + text.length() > json.length) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != json[at + i] || c > '~') {
                return false;
            }
        }
        return true;
    }

    /** Whether the bytes are UTF-8 without control characters: others would break the whole answer to a reader. */
    private static boolean isTextLine(byte[] body) {
        boolean isAscii = true;
        for (byte b : body) {
            if (b >= 0 && b < ' ') {
                return false;
            }
            isAscii &= b >= 0;
        }
        return isAscii || isUtf8(body);
    }

    private static boolean isUtf8(byte[] body) {
        try {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
