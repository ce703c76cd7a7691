package dev.millrace.engine.spi;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;

/** The JSON of stored events: what a store keeps in columns, written around the body without a parser. */
final class EventJson {
    private static final byte[] PATH = bytes("{\"streamPath\":\"");
    private static final byte[] AFTER_PATH = bytes("\",");
    private static final byte[] OFFSET = bytes(",\"offset\":");
    private static final byte[] TIME = bytes(",\"createdAt\":\"");
    private static final byte[] END = bytes("\"}");
    private static final int AROUND = PATH.length + AFTER_PATH.length + OFFSET.length + TIME.length + END.length;
    private static final int TIME_LENGTH = "2026-01-01T00:00:00.000Z".length();
    private static final long FIRST_YEAR = Instant.parse("0000-01-01T00:00:00Z").toEpochMilli();
    private static final long AFTER_LAST_YEAR =
            Instant.parse("9999-12-31T23:59:59.999Z").toEpochMilli() + 1;
    private static final int MILLIS_OF_DAY = 86_400_000;

    private EventJson() {}

    static int length(StreamPath path, byte[] body, long offset, Instant createdAt) {
        int time = isPlain(createdAt) ? TIME_LENGTH : JsonCodec.time(createdAt).length();
        return AROUND + path.value().length() + body.length + digits(offset) + time;
    }

    static byte[] of(StreamPath path, byte[] body, long offset, Instant createdAt) {
        byte[] json = new byte[length(path, body, offset, createdAt)];
        int at = put(json, 0, PATH);
        at = put(json, at, bytes(path.value()));
        at = put(json, at, AFTER_PATH);
        at = put(json, at, body);
        at = put(json, at, OFFSET);
        int digits = digits(offset);
        number(json, at, offset, digits);
        at = put(json, at + digits, TIME);
        at = time(json, at, createdAt);
        put(json, at, END);
        return json;
    }

    static byte[] body(Event event) {
        ObjectNode tree = JsonCodec.toTree(event);
        tree.remove(List.of("streamPath", "offset", "createdAt"));
        byte[] json = JsonCodec.write(tree);
        return Arrays.copyOfRange(json, 1, json.length - 1);
    }

    /** Cuts path, offset and time off the JSON; parses it if they are not where this engine writes them. */
    static byte[] body(byte[] json, StreamPath path, long offset, Instant createdAt, String type) {
        byte[] none = {};
        byte[] around = of(path, none, offset, createdAt);
        int before = PATH.length + path.value().length() + AFTER_PATH.length;
        int length = json.length - around.length;
        boolean isOurs = length > 0
                && Arrays.equals(json, 0, before, around, 0, before)
                && Arrays.equals(json, before + length, json.length, around, before, around.length);
        return isOurs
                ? Arrays.copyOfRange(json, before, before + length)
                : body(JsonCodec.readEvent(json, path, offset, type, createdAt));
    }

    /** As {@link JsonCodec#time}, without a formatter: readers get many events a second. */
    private static int time(byte[] json, int at, Instant createdAt) {
        if (!isPlain(createdAt)) {
            return put(json, at, bytes(JsonCodec.time(createdAt)));
        }
        long millis = createdAt.toEpochMilli();
        LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(millis, MILLIS_OF_DAY));
        int ofDay = Math.floorMod(millis, MILLIS_OF_DAY);
        int next = part(json, at, date.getYear(), 4, '-');
        next = part(json, next, date.getMonthValue(), 2, '-');
        next = part(json, next, date.getDayOfMonth(), 2, 'T');
        next = part(json, next, ofDay / 3_600_000, 2, ':');
        next = part(json, next, ofDay / 60_000 % 60, 2, ':');
        next = part(json, next, ofDay / 1_000 % 60, 2, '.');
        return part(json, next, ofDay % 1_000, 3, 'Z');
    }

    private static boolean isPlain(Instant createdAt) {
        long seconds = createdAt.getEpochSecond();
        return seconds >= FIRST_YEAR / 1000 && seconds < AFTER_LAST_YEAR / 1000;
    }

    private static int part(byte[] json, int at, long value, int digits, char after) {
        number(json, at, value, digits);
        json[at + digits] = (byte) after;
        return at + digits + 1;
    }

    private static void number(byte[] json, int at, long value, int digits) {
        long rest = value;
        for (int i = at + digits - 1; i >= at; i--) {
            json[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
    }

    private static int digits(long number) {
        int digits = 1;
        for (long rest = number; rest >= 10; rest /= 10) {
            digits++;
        }
        return digits;
    }

    private static int put(byte[] json, int at, byte[] part) {
        System.arraycopy(part, 0, json, at, part.length);
        return at + part.length;
    }

    /** Paths and times are ASCII. */
    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }
}
