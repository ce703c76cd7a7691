package dev.millrace.engine.internal.append;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.StreamHead;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A builder of an {@link ImportedLog}: takes the events of a stream in their order, as reads return them, and refuses
 * what cannot be the log of a stream. Fields are checked as those of an append. Payloads of known types are not: they
 * are of the past, and perhaps of another version. For one thread.
 */
public final class ImportedLogBuilder {
    private static final String PATH = "streamPath";
    private static final String TIME = "createdAt";

    private final Instant latest;
    private final List<PendingRecord> events = new ArrayList<>();
    private final Map<String, Long> offsetsByKey = new HashMap<>();
    private StreamHead head = new StreamHead("", 0, Instant.MIN, false);
    private Instant bornAt = Instant.MIN;
    private @Nullable StreamPath source;
    private @Nullable ProjectSlug project;

    /** {@code latest} is the latest time of an event. */
    public ImportedLogBuilder(Instant latest) {
        this.latest = latest;
    }

    /** The number of events so far. */
    public long size() {
        return head.lastOffset();
    }

    /** Adds the next event; throws a {@link StreamException}, made by {@code errors}, if it cannot be the next one. */
    public void add(List<RawField> fields, AppendErrors errors) {
        List<RawField> sent = new ArrayList<>(fields);
        String path = text(sent, PATH, errors);
        Instant createdAt = time(text(sent, TIME, errors), errors);
        InputValidator form = InputValidator.ofPast(sent);
        if (!form.isValid()) {
            throw refused(errors, form.problems().replace("\n", ", "));
        }
        PreparedEvent event = form.past();
        requireNext(event, createdAt, errors);
        if (source == null) {
            begin(path, event, sent, createdAt, errors);
            return;
        }
        if (!path.equals(source.value())) {
            throw refused(
                    errors, PATH + " is '" + MessageTexts.shorten(path) + "', and the first line is of " + source);
        }
        if (event.is(BuiltInType.INITIALIZED)) {
            throw refused(errors, "a second " + event.type() + "; a stream has one, its first event");
        }
        PendingRecord record = event.after(head, createdAt);
        record.key().ifPresent(key -> requireNew(key, errors));
        head = record.head();
        events.add(record);
    }

    /** The log; {@code errors} refuses it if there is none. */
    public ImportedLog build(AppendErrors errors) {
        if (source == null) {
            throw refused(errors, "there is no event");
        }
        return new ImportedLog(
                new ForkOrigin(source, head.lastOffset(), Optional.ofNullable(project)), bornAt, List.copyOf(events));
    }

    private void begin(
            String path, PreparedEvent event, List<RawField> fields, Instant createdAt, AppendErrors errors) {
        if (!event.is(BuiltInType.INITIALIZED)) {
            throw refused(
                    errors,
                    "the first event must be " + BuiltInType.INITIALIZED.type() + ", got "
                            + MessageTexts.shorten(event.type()));
        }
        try {
            source = StreamPath.of(path);
            String slug = projectOf(fields, errors);
            project = slug.isEmpty() ? null : ProjectSlug.of(slug);
        } catch (IllegalArgumentException e) {
            throw refused(errors, String.valueOf(e.getMessage()));
        }
        bornAt = createdAt;
        head = new StreamHead("", 1, createdAt, false);
    }

    /** The project that the first event names; empty if the stream belongs to none, as in other services. */
    private static String projectOf(List<RawField> fields, AppendErrors errors) {
        byte[] payload = fields.stream()
                .filter(field -> field.name().equals("payload"))
                .map(RawField::json)
                .findFirst()
                .orElse(new byte[] {'{', '}'});
        JsonNode sent = JsonCodec.parse(payload);
        try {
            return JsonCodec.fromTree(sent, StreamEvent.Initialized.class).projectSlug();
        } catch (IllegalArgumentException e) {
            throw refused(errors, String.join(", ", BuiltInType.INITIALIZED.problems(sent)));
        }
    }

    private void requireNext(PreparedEvent event, Instant createdAt, AppendErrors errors) {
        long next = head.lastOffset() + 1;
        if (event.expectedOffset().isEmpty() || event.expectedOffset().getAsLong() != next) {
            throw refused(
                    errors,
                    "expected offset " + next + ", got "
                            + (event.expectedOffset().isEmpty()
                                    ? "none"
                                    : event.expectedOffset().getAsLong()));
        }
        if (createdAt.isBefore(head.lastCreatedAt())) {
            throw refused(
                    errors,
                    TIME + " " + JsonCodec.time(createdAt) + " is before that of the event before, "
                            + JsonCodec.time(head.lastCreatedAt()));
        }
        if (createdAt.isAfter(latest)) {
            throw refused(
                    errors, TIME + " " + JsonCodec.time(createdAt) + " is more than a day after the server's time");
        }
    }

    private void requireNew(String key, AppendErrors errors) {
        Long earlier = offsetsByKey.putIfAbsent(key, head.lastOffset() + 1);
        if (earlier != null) {
            throw refused(
                    errors,
                    "idempotencyKey '" + MessageTexts.shorten(key.strip()) + "' is that of the event " + earlier);
        }
    }

    /** Takes a field that only stored events have out of the others. */
    private static String text(List<RawField> fields, String name, AppendErrors errors) {
        for (RawField field : fields) {
            if (field.name().equals(name) && field.token() == JsonToken.VALUE_STRING) {
                fields.remove(field);
                return field.text();
            }
        }
        throw refused(errors, name + ": expected a string, as reads return it");
    }

    private static Instant time(String text, AppendErrors errors) {
        try {
            Instant time = Instant.parse(text);
            if (JsonCodec.time(time).equals(text)) {
                return time;
            }
        } catch (DateTimeException notATime) {
            // reported below
        }
        throw refused(
                errors,
                TIME + ": expected a time like 2026-01-01T12:00:00.000Z, got '" + MessageTexts.shorten(text) + "'");
    }

    private static StreamException refused(AppendErrors errors, String why) {
        return errors.notImported(Code.BAD_REQUEST, why, "send the log of a stream as reads return it, from offset 1");
    }
}
