package dev.millrace.testkit.log;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.StreamPath;
import dev.millrace.testkit.internal.event.TestEventFactory;
import dev.millrace.testkit.internal.yaml.YamlToJsonParser;
import java.io.Reader;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.ScalarEvent;

/** A reader of the events of a YAML log, one at a time, with defaults for missing fields. Not thread-safe. */
final class YamlLogReader {
    /** The field of an event whose payload is meant not to fit its class. */
    static final String MALFORMED = "malformed";

    private static final List<String> FIELDS = List.of(
            "streamPath", "type", "payload", "metadata", "source", "idempotencyKey", "offset", "createdAt", MALFORMED);

    private record Field(JsonNode value, Mark mark) {}

    private final YamlToJsonParser source;
    private final Map<StreamPath, Long> lastOffsets = new HashMap<>();
    private StreamPath path = StreamPath.of("/test");
    private boolean documentBegins;
    private boolean inList;
    private Instant createdAt = TestEventFactory.START.minus(TestEventFactory.STEP);

    YamlLogReader(String name, Reader text) {
        this.source = new YamlToJsonParser(name, text);
    }

    List<LogEntry> readAll() {
        List<LogEntry> entries = new ArrayList<>();
        for (LogEntry entry = read(); entry != null; entry = read()) {
            entries.add(entry);
        }
        return List.copyOf(entries);
    }

    /** The next event, or null at the end. */
    @Nullable LogEntry read() {
        for (Event event = source.next(); !event.is(Event.ID.StreamEnd); event = source.next()) {
            if (event.is(Event.ID.MappingStart)) {
                documentBegins = false;
                return readEvent(event);
            }
            boolean isOther = event.is(Event.ID.SequenceStart)
                    ? inList
                    : event instanceof ScalarEvent scalar && !(documentBegins && isNothing(scalar));
            if (isOther) {
                throw source.error(
                        event,
                        "expected an event: a mapping with 'type'; separate events by '---', or make each an item of a list");
            }
            inList = event.is(Event.ID.SequenceStart);
            documentBegins = event.is(Event.ID.DocumentStart);
        }
        return null;
    }

    /** Whether it is an empty document, for example after a last {@code ---}. */
    private static boolean isNothing(ScalarEvent scalar) {
        return scalar.isPlain() && scalar.getValue().isEmpty();
    }

    private LogEntry readEvent(Event start) {
        Map<String, Field> fields = new LinkedHashMap<>();
        Map<String, Mark> seen = new HashMap<>();
        while (!source.at(Event.ID.MappingEnd)) {
            String key = source.key(seen);
            if (!FIELDS.contains(key)) {
                throw source.error(
                        seen.getOrDefault(key, start.getStartMark()),
                        "unknown field '" + key + "'; an event has " + String.join(", ", FIELDS)
                                + "; put other data into payload or metadata");
            }
            Event value = source.next();
            fields.put(key, new Field(source.value(value), value.getStartMark()));
        }
        source.next();
        Mark begin = start.getStartMark();
        return new LogEntry(
                event(fields, start),
                begin.getLine() + 1,
                begin.getColumn() + 1,
                !isRecorded(fields),
                isMalformed(fields.get(MALFORMED)));
    }

    private static boolean isRecorded(Map<String, Field> fields) {
        return fields.containsKey("offset") && fields.containsKey("createdAt");
    }

    private boolean isMalformed(@Nullable Field field) {
        if (field != null && !field.value.isBoolean()) {
            throw source.error(field.mark, MALFORMED + " must be true or false, got " + field.value);
        }
        return field != null && field.value.booleanValue();
    }

    private dev.millrace.core.Event event(Map<String, Field> fields, Event start) {
        dev.millrace.core.Event.Builder builder = dev.millrace.core.Event.builder();
        Field type = fields.get("type");
        if (type == null) {
            throw source.error(start, "the event has no type; add 'type: …'");
        }
        path = text(fields.get("streamPath"), "streamPath", path, StreamPath::of);
        createdAt =
                text(fields.get("createdAt"), "createdAt", createdAt.plus(TestEventFactory.STEP), YamlLogReader::time);
        builder.path(path)
                .type(text(type, "type", "", YamlLogReader::notBlank))
                .payloadJson(payload(fields))
                .offset(offset(fields.get("offset")))
                .createdAt(createdAt);
        Field key = fields.get("idempotencyKey");
        if (key != null) {
            builder.idempotencyKey(text(key, "idempotencyKey", "", YamlLogReader::notBlank));
        }
        if (fields.containsKey("metadata")) {
            builder.metadata(object(fields.get("metadata"), "metadata"));
        }
        if (fields.containsKey("source")) {
            builder.source(object(fields.get("source"), "source"));
        }
        return builder.build();
    }

    private <T> T text(@Nullable Field field, String name, T absent, Function<String, T> reading) {
        if (field == null) {
            return absent;
        }
        if (!field.value.isTextual()) {
            throw source.error(
                    field.mark, name + " must be a text, got " + field.value + "; put it into double quotes");
        }
        try {
            return reading.apply(field.value.textValue());
        } catch (IllegalArgumentException e) {
            throw source.error(field.mark, name + ": " + e.getMessage());
        }
    }

    /** The payload of a stored event that the service could not decode is the stored text; one by hand is a mistake. */
    private JsonNode payload(Map<String, Field> fields) {
        Field payload = fields.get("payload");
        return isRecorded(fields) && payload != null && payload.value.isTextual()
                ? payload.value
                : object(payload, "payload");
    }

    private JsonNode object(@Nullable Field field, String name) {
        if (field == null) {
            return JsonNodeFactory.instance.objectNode();
        }
        if (!field.value.isObject()) {
            throw source.error(
                    field.mark, name + " must be a mapping, got " + field.value + "; write {} for the empty one");
        }
        return field.value;
    }

    private long offset(@Nullable Field field) {
        long last = lastOffsets.getOrDefault(path, 0L);
        long offset = last + 1;
        if (field != null) {
            if (!field.value.isIntegralNumber() || !field.value.canConvertToLong() || field.value.longValue() < 1) {
                throw source.error(field.mark, "offset must be a whole number from 1, got " + field.value);
            }
            offset = field.value.longValue();
            if (offset <= last) {
                throw source.error(
                        field.mark,
                        (offset == last ? "duplicate" : "descending") + " offset " + offset + " on " + path + " after "
                                + last + "; put the events in order, or leave the offsets out");
            }
        }
        lastOffsets.put(path, offset);
        return offset;
    }

    private static String notBlank(String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("must not be blank");
        }
        return text;
    }

    private static Instant time(String text) {
        try {
            Instant time = Instant.parse(text);
            if (time.equals(time.truncatedTo(ChronoUnit.MILLIS))) {
                return time;
            }
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException("'" + text + "' is not a time; write it as 2026-01-01T00:00:00.000Z", e);
        }
        throw new IllegalArgumentException("'" + text + "' is finer than a millisecond; use three digits at most");
    }
}
