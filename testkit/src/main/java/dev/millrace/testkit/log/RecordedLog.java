package dev.millrace.testkit.log;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.MalformedPayload;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.testkit.internal.event.TestEventFactory;
import dev.millrace.testkit.internal.yaml.Utf8Decoder;
import dev.millrace.testkit.internal.yaml.YamlLogWriter;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * The log of a stream in YAML. Each event is a mapping with the field names of the HTTP API, either as a document after
 * {@code ---} or as an item of a list. A server returns this format for {@code Accept: application/yaml}. It can also
 * be written by hand:
 *
 * <pre>{@code
 * ---
 * type: user-said
 * payload:
 *   text: ping
 * }</pre>
 *
 * <p>Missing fields get defaults: the path of the event before ({@code /test} at first), the next offset (from 1), one
 * second after the event before (from 2026-01-01T00:00:00Z), an empty payload.
 *
 * <p>Reading is strict. These are errors, reported as {@code file:line:column} with a remedy: unquoted values that YAML
 * readers interpret differently ({@code no}, {@code 017}, {@code 1_000}, {@code 1e3}, {@code ~}), tabs, duplicate keys,
 * anchors, aliases, tags, unknown fields, and offsets that do not ascend. Unquoted dates and times are text. A log may
 * also be JSON, which is YAML; then every JSON number is allowed. The payload of an event with {@code offset} and {@code
 * createdAt} may be a text: that of a stored event that could not be decoded.
 *
 * <p>A payload in a text has to fit the class that a processor has for its type. In an event that is written by hand, which has no
 * {@code offset} or no {@code createdAt}, an unknown field is an error too. {@code malformed: true} in an event says that
 * its payload does not fit, and that this is meant.
 *
 * <p>A log that is written and read again has equal events, with every text and every digit. Immutable.
 *
 * @since 0.1
 */
public final class RecordedLog {
    private final String source;
    private final boolean isChecked;
    private final List<LogEntry> entries;
    private final List<Event> events;

    private RecordedLog(String source, List<LogEntry> entries) {
        this(source, true, entries);
    }

    private RecordedLog(String source, boolean isChecked, List<LogEntry> entries) {
        this.source = source;
        this.isChecked = isChecked;
        this.entries = entries;
        this.events = entries.stream().map(LogEntry::event).toList();
    }

    /**
     * Reads a file in UTF-8.
     *
     * @throws MalformedLogException if it is not a log
     * @throws UncheckedIOException if it cannot be read
     */
    public static RecordedLog read(Path file) {
        try (Stream<LogEntry> entries = entries(file)) {
            return new RecordedLog(file.toString(), entries.toList());
        }
    }

    /**
     * Reads a file in UTF-8 event by event, for a log that is too long for memory:
     *
     * <pre>{@code
     * try (Stream<Event> events = RecordedLog.stream(file)) {
     *     long turns = events.filter(event -> event.type().equals("user-said")).count();
     * }
     * }</pre>
     *
     * <p>The stream throws {@link MalformedLogException} when it reaches a mistake in the log, and
     * {@link UncheckedIOException} if the file cannot be read. It keeps one event and some text around it in memory.
     *
     * @return ordered and sequential; closing it closes the file
     * @throws UncheckedIOException if the file cannot be opened
     */
    public static Stream<Event> stream(Path file) {
        return entries(file).map(LogEntry::event);
    }

    private static Stream<LogEntry> entries(Path file) {
        try {
            return new LogInputStream(file.toString(), Files.newInputStream(file)).stream();
        } catch (NoSuchFileException e) {
            throw new UncheckedIOException("log not found: " + file.toAbsolutePath(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("log cannot be read: " + file.toAbsolutePath() + "; " + e.getMessage(), e);
        }
    }

    /**
     * Reads a resource in UTF-8 with the context class loader of the thread.
     *
     * @param name for example {@code logs/two-turns.yaml}
     * @throws MalformedLogException if it is not a log
     * @throws UncheckedIOException if it cannot be read
     */
    public static RecordedLog readResource(String name) {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        ClassLoader loader = context != null ? context : RecordedLog.class.getClassLoader();
        try (InputStream in = loader.getResourceAsStream(name.startsWith("/") ? name.substring(1) : name)) {
            if (in == null) {
                throw new NoSuchFileException(name);
            }
            return new RecordedLog(name, new YamlLogReader(name, new Utf8Decoder(in)).readAll());
        } catch (NoSuchFileException e) {
            throw new UncheckedIOException(
                    "log not found: resource '" + name + "' is not on the class path; put it under src/test/resources",
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException("log cannot be read: resource '" + name + "'; " + e.getMessage(), e);
        }
    }

    /**
     * Reads text; an empty text is an empty log.
     *
     * @param sourceName the name of the text in error messages
     * @throws MalformedLogException if it is not a log
     */
    public static RecordedLog parse(String yaml, String sourceName) {
        return new RecordedLog(sourceName, new YamlLogReader(sourceName, new StringReader(yaml)).readAll());
    }

    /**
     * Records the current events of a stream, without the secrets that {@link SecretRedaction#standard()} finds. The
     * whole log is kept in memory, so limit the range of a long stream.
     *
     * @param range with a limit, its first events; with a limit and descending, its newest events. The log always
     *     ascends
     * @throws StreamException if the stream cannot be read
     * @throws IllegalStateException if a page takes longer than a minute, or the thread is interrupted
     */
    public static RecordedLog record(EventStreams streams, StreamPath path, ReadRange range) {
        return record(streams, path, range, SecretRedaction.standard());
    }

    /**
     * As {@link #record(EventStreams, StreamPath, ReadRange)}, with your own rules.
     *
     * @param redaction maps the JSON of a stored event to the JSON that is recorded, without changing its argument;
     *     {@code UnaryOperator.identity()} records everything
     * @throws IllegalArgumentException if its result is not an event
     */
    public static RecordedLog record(
            EventStreams streams, StreamPath path, ReadRange range, UnaryOperator<ObjectNode> redaction) {
        return of(path.value(), new StreamRecorder(streams, path, redaction).read(range));
    }

    /** Returns a log of these events. */
    public static RecordedLog of(List<Event> events) {
        return of("events", events);
    }

    private static RecordedLog of(String source, List<Event> events) {
        return new RecordedLog(
                source,
                false,
                events.stream()
                        .map(event -> new LogEntry(event, 1, 1, false, false))
                        .toList());
    }

    /**
     * Returns a log of these payloads on {@code /test}, from offset 1 and 2026-01-01T00:00:00Z, one second apart.
     *
     * @param payloads objects of classes with {@code @EventName}, or {@link EventInput}s
     * @throws IllegalArgumentException if the class of a payload has no {@code @EventName}
     */
    public static RecordedLog ofPayloads(Object... payloads) {
        TestEventFactory writing = new TestEventFactory(StreamPath.of("/test"));
        return of(Arrays.stream(payloads).map(writing::next).toList());
    }

    /** The events as YAML: one document each, with all fields. */
    public static String write(List<Event> events) {
        return YamlLogWriter.write(events);
    }

    /**
     * Writes the log to a file in UTF-8. Creates missing directories, and replaces an existing file.
     *
     * @throws UncheckedIOException if the file cannot be written
     */
    public void writeTo(Path file) {
        Path absolute = file.toAbsolutePath();
        try {
            Files.createDirectories(absolute.getParent() == null ? absolute : absolute.getParent());
            try (BufferedWriter out = Files.newBufferedWriter(absolute)) {
                out.write("# " + toString().replaceAll("\\R", " ") + "\n");
                for (LogEntry entry : entries) {
                    out.write(YamlLogWriter.write(List.of(entry.event())));
                    out.write(entry.mayBeMalformed() ? YamlLogReader.MALFORMED + ": true\n" : "");
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("log cannot be written: " + absolute + "; " + e.getMessage(), e);
        }
    }

    /** The name of the log in error messages. */
    public String source() {
        return source;
    }

    /** The events, in the order of the log. Their payloads are not decoded. */
    public List<Event> events() {
        return events;
    }

    /**
     * The events, in the order of the log, with decoded payloads.
     *
     * @throws MalformedLogException if the log was read from a text in which a payload does not fit its class in the
     *     catalog, and neither the text nor {@link #allowingMalformed()} says that this is meant
     */
    public List<Event> decodedBy(EventCatalog catalog) {
        return entries.stream()
                .map(entry -> isChecked
                        ? entry.decodedBy(catalog, source)
                        : entry.event().decodedBy(catalog))
                .toList();
    }

    /** This log, in which every payload may not fit its class: a reducer gets it as {@link MalformedPayload}. */
    public RecordedLog allowingMalformed() {
        return new RecordedLog(
                source, entries.stream().map(LogEntry::allowingMalformed).toList());
    }

    @Override
    public String toString() {
        return source + " (" + events.size() + " events)";
    }
}
