package dev.millrace.testkit.log;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
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
 * The log of a stream, as YAML has it: one mapping an event, with the fields and names of the wire, either as documents
 * separated by {@code ---} or as items of a list. It is what a server answers to {@code Accept: application/yaml}, and
 * reads well enough to be written by hand:
 *
 * <pre>{@code
 * ---
 * type: user-said
 * payload:
 *   text: ping
 * }</pre>
 *
 * <p>What a hand-written event leaves out is filled in: the path of the event before ({@code /test} at first), the next
 * offset (from 1), one second after the event before (from 2026-01-01T00:00:00Z), an empty payload.
 *
 * <p>Reading is strict where YAML is treacherous. Unquoted values that mean different things to different readers
 * ({@code no}, {@code 017}, {@code 1_000}, {@code 1e3}, {@code ~}), tabs, duplicate keys, anchors, aliases and tags, unknown fields,
 * and offsets that do not ascend are refused with {@code file:line:column} and the remedy. Unquoted dates and times are
 * text, because JSON has nothing else they could be. A log in JSON, which is YAML, may have any number that JSON has.
 *
 * <p>Writing and reading again gives equal events: every text, and every number with all its digits. Immutable.
 */
public final class RecordedLog {
    private final String source;
    private final List<Event> events;

    private RecordedLog(String source, List<Event> events) {
        this.source = source;
        this.events = events;
    }

    /**
     * Reads a file in UTF-8.
     *
     * @throws MalformedLogException when it is not a log
     * @throws UncheckedIOException when it cannot be read
     */
    public static RecordedLog read(Path file) {
        try (Stream<Event> events = stream(file)) {
            return new RecordedLog(file.toString(), events.toList());
        }
    }

    /**
     * Reads a file in UTF-8 event by event, for a log that is too long to be held in memory:
     *
     * <pre>{@code
     * try (Stream<Event> events = RecordedLog.stream(file)) {
     *     long turns = events.filter(event -> event.type().equals("user-said")).count();
     * }
     * }</pre>
     *
     * <p>A mistake in the log is found when the reading comes near it. One event and a little text around it are held.
     *
     * @return ordered and sequential; closing it closes the file
     * @throws UncheckedIOException when it cannot be read; so does the stream, which also throws
     *     {@link MalformedLogException} when it is not a log
     */
    public static Stream<Event> stream(Path file) {
        try {
            return new LogInputStream(file.toString(), Files.newInputStream(file)).stream();
        } catch (NoSuchFileException e) {
            throw new UncheckedIOException("log not found: " + file.toAbsolutePath(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("log cannot be read: " + file.toAbsolutePath() + "; " + e.getMessage(), e);
        }
    }

    /**
     * Reads a resource in UTF-8, found by the thread's class loader.
     *
     * @param name such as {@code logs/two-turns.yaml}
     * @throws MalformedLogException when it is not a log
     * @throws UncheckedIOException when it cannot be read
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
     * Reads text.
     *
     * @param yaml the text; an empty one is an empty log
     * @param sourceName what to call it in errors
     * @throws MalformedLogException when it is not a log
     */
    public static RecordedLog parse(String yaml, String sourceName) {
        return new RecordedLog(sourceName, new YamlLogReader(sourceName, new StringReader(yaml)).readAll());
    }

    /**
     * Records what a stream holds now, without its secrets as {@link SecretRedaction#standard()} finds them. Reads page by page;
     * the whole log is held in memory, so bound the range of a long stream.
     *
     * @param range with a limit, its first events; descending with a limit, the newest ones; the log ascends either way
     * @throws StreamException when the stream cannot be read
     * @throws IllegalStateException when a page does not come within a minute, or the thread is interrupted
     */
    public static RecordedLog record(EventStreams streams, StreamPath path, ReadRange range) {
        return record(streams, path, range, SecretRedaction.standard());
    }

    /**
     * As {@link #record(EventStreams, StreamPath, ReadRange)}, with rules of your own.
     *
     * @param redaction gives the JSON of an event to record for the JSON of the stored one, which it leaves as it is;
     *     {@code UnaryOperator.identity()} records everything
     * @throws IllegalArgumentException when what it gives is no event
     */
    public static RecordedLog record(
            EventStreams streams, StreamPath path, ReadRange range, UnaryOperator<ObjectNode> redaction) {
        return new RecordedLog(path.value(), new StreamRecorder(streams, path, redaction).read(range));
    }

    /** A log of these events. */
    public static RecordedLog of(List<Event> events) {
        return new RecordedLog("events", List.copyOf(events));
    }

    /**
     * A log of these payloads: on {@code /test}, from offset 1, a second apart from 2026-01-01T00:00:00Z.
     *
     * @param payloads objects of classes with {@code @EventName}, or {@link EventInput}s
     * @throws IllegalArgumentException when the class of one has no {@code @EventName}
     */
    public static RecordedLog ofPayloads(Object... payloads) {
        TestEventFactory writing = new TestEventFactory(StreamPath.of("/test"));
        return of(Arrays.stream(payloads).map(writing::next).toList());
    }

    /** The events as YAML, a document each, with every field spelled out. */
    public static String write(List<Event> events) {
        return YamlLogWriter.write(events);
    }

    /**
     * Writes the log to a file in UTF-8, which {@link #read(Path)} reads again as equal events. Directories that are
     * missing are made, and a file that is there is replaced.
     *
     * @throws UncheckedIOException when it cannot be written
     */
    public void writeTo(Path file) {
        Path absolute = file.toAbsolutePath();
        try {
            Files.createDirectories(absolute.getParent() == null ? absolute : absolute.getParent());
            try (BufferedWriter out = Files.newBufferedWriter(absolute)) {
                out.write("# " + toString().replaceAll("\\R", " ") + "\n");
                for (Event event : events) {
                    out.write(YamlLogWriter.write(List.of(event)));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("log cannot be written: " + absolute + "; " + e.getMessage(), e);
        }
    }

    /** What the log is called in errors. */
    public String source() {
        return source;
    }

    /** The events, in the order of the log. Their payloads are not decoded; a processor's catalog does that. */
    public List<Event> events() {
        return events;
    }

    @Override
    public String toString() {
        return source + " (" + events.size() + " events)";
    }
}
