package dev.millrace.engine.internal.commit;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.EventRecord;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The events of a store as readers get them. Another version, or another program, may have stored JSON that is no
 * event. Readers get an event in its place, with the path, offset, type, time and key that the store knows, so that
 * they read the log to its end.
 */
public final class StoredEvents {
    private static final Logger LOG = System.getLogger("dev.millrace.engine");
    private static final String BEGINNING = "{\"streamPath\":\"";
    private static final String OFFSET = ",\"offset\":";
    private static final String TIME = ",\"createdAt\":\"";
    private static final int LENGTH_OF_END = TIME.length() + "2026-01-01T00:00:00.000Z\"}".length();

    private StoredEvents() {}

    /** Decodes a record; never throws. */
    public static Event decode(StreamPath path, EventRecord record) {
        Event event = JsonCodec.readEvent(record.json(), path, record.offset(), record.type(), record.createdAt());
        boolean lacksKey =
                event.idempotencyKey().isEmpty() && !event.payloadJson().isObject();
        return lacksKey && record.idempotencyKey().isPresent()
                ? Event.builder()
                        .from(event)
                        .idempotencyKey(record.idempotencyKey().map(StoredEvents::keyText))
                        .build()
                : event;
    }

    /** The event of a record that this engine has just stored. Its JSON is parsed when it is needed. */
    public static Event justStored(StreamPath path, EventRecord record) {
        return isOurs(path, record)
                ? JsonCodec.lazyEvent(
                        record.json(),
                        path,
                        record.offset(),
                        record.type(),
                        record.createdAt(),
                        record.idempotencyKey().map(StoredEvents::keyText))
                : decode(path, record); // its payload may be the text of an imported event
    }

    /** A key as readers see it: the store has it behind the prefix of its space, which begins with a blank. */
    private static String keyText(String stored) {
        boolean isForeign = stored.startsWith("  ");
        return isForeign ? stored.substring(stored.indexOf(' ', 2) + 1) : stored.strip();
    }

    static List<EventRecord> page(StreamPath path, List<EventRecord> records) {
        return records.stream().allMatch(record -> isOurs(path, record))
                ? records
                : records.stream().map(record -> readable(path, record)).toList();
    }

    /** Records of several streams. One whose JSON does not name its stream is left out. */
    static List<EventRecord> subtreePage(List<EventRecord> records) {
        if (records.stream().allMatch(record -> isOurs(null, record))) {
            return records;
        }
        List<EventRecord> readable = new ArrayList<>();
        for (EventRecord record : records) {
            try {
                readable.add(isOurs(null, record) ? record : readable(pathOf(record.json()), record));
            } catch (IllegalArgumentException e) {
                LOG.log(
                        Level.WARNING,
                        () -> "readers of subtrees do not get the record at position " + record.position()
                                + ", because it does not say its stream; read that stream itself: " + e.getMessage());
            }
        }
        return List.copyOf(readable);
    }

    private static StreamPath pathOf(byte[] json) {
        if (!has(json, 0, BEGINNING)) {
            return JsonCodec.readEvent(json).path();
        }
        int from = BEGINNING.length();
        int to = from;
        while (to < json.length && json[to] != '"') {
            to++;
        }
        return StreamPath.of(new String(json, from, to - from, UTF_8));
    }

    private static EventRecord readable(StreamPath path, EventRecord record) {
        return isOurs(path, record) ? record : decodable(path, record);
    }

    /** The record itself if its JSON is an event that can be decoded, on one line of UTF-8; else one whose JSON is. */
    public static EventRecord decodable(StreamPath path, EventRecord record) {
        Event event = decode(path, record);
        return isTextLine(record.json()) && event.payloadJson().isObject()
                ? record
                : new EventRecord(
                        record.position(),
                        record.offset(),
                        record.createdAt(),
                        record.type(),
                        record.idempotencyKey(),
                        JsonCodec.write(JsonCodec.toTree(event)));
    }

    /**
     * Whether the JSON begins and ends as in all events of this engine. Nothing is parsed, because this is done for
     * every record that is read.
     */
    private static boolean isOurs(@Nullable StreamPath path, EventRecord record) {
        byte[] json = record.json();
        int at = BEGINNING.length();
        if (!has(json, 0, BEGINNING)) {
            return false;
        }
        if (path == null) {
            while (at < json.length && json[at] != '"') {
                at++;
            }
        } else if (has(json, at, path.value())) {
            at += path.value().length();
        }
        String type = "\",\"type\":\"" + record.type() + "\",\"payload\":{";
        String offset = OFFSET + record.offset();
        int end = json.length - LENGTH_OF_END;
        return has(json, at, type)
                && has(json, end - offset.length(), offset)
                && has(json, end, TIME)
                && has(json, json.length - 3, "Z\"}")
                && isTextLine(json);
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
    private static boolean isTextLine(byte[] json) {
        boolean isAscii = true;
        for (byte b : json) {
            if (b >= 0 && b < ' ') {
                return false;
            }
            isAscii &= b >= 0;
        }
        return isAscii || isUtf8(json);
    }

    private static boolean isUtf8(byte[] json) {
        try {
            UTF_8.newDecoder().decode(ByteBuffer.wrap(json));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
