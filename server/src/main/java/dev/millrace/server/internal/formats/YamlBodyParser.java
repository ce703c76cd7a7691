package dev.millrace.server.internal.formats;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.millrace.core.JsonCodec;
import dev.millrace.engine.Limits;
import dev.millrace.server.internal.http.HttpErrorException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.parser.Parser;
import org.yaml.snakeyaml.parser.ParserImpl;

/**
 * A converter of a YAML body to JSON. Plain scalars have the meaning that they have in JSON; all others stay text as
 * written, so {@code no}, {@code 017} and {@code 1_000} are text. Anchors, aliases, tags other than {@code !!str} and
 * duplicate keys are refused. Several documents become an array. It stops at the first event that is too large, and at
 * the first one too many. Not thread-safe.
 */
final class YamlBodyParser {
    private static final Pattern NUMBER = Pattern.compile("-?(0|[1-9]\\d*)(\\.\\d+)?([eE][+-]?\\d+)?");
    private static final Pattern LEADING_ZEROS = Pattern.compile("^(-?)0+(?=\\d)");
    private static final Pattern MARK_OF_DOCUMENT = Pattern.compile(
            "(?m)(^(?:---|\\.\\.\\.)[ \t]*(?:#[^\\n]*)?\\r?\\n)\uFEFF|^\uFEFF(?=(?:---|\\.\\.\\.)(?:\\s|$))");
    private static final int LONGEST_NUMBER = 1_100; // of those that can be appended, in every spelling
    private static final int LONGEST_PROBLEM = 400;
    private static final int AROUND_AN_EVENT = 2; // a list and an envelope
    private static final String TEXT = "tag:yaml.org,2002:str";

    private final String text;
    private final LoaderOptions options = new LoaderOptions();
    private final int mostEvents;
    private final boolean itemsAreEvents;
    private final int longestEvent;
    private final int mostDepth;
    private int items;
    private final Deque<Level> open = new ArrayDeque<>();

    private static final class Level {
        /** The keys of a mapping so far; null for a sequence. */
        private final @Nullable Set<String> keys;

        private boolean keyIsNext;

        Level(@Nullable Set<String> keys) {
            this.keys = keys;
            this.keyIsNext = keys != null;
        }

        /** Moves to the next value; returns the keys if that value is a key, else null. */
        @Nullable Set<String> advance() {
            boolean key = keyIsNext;
            keyIsNext = keys != null && !key;
            return key ? keys : null;
        }
    }

    private YamlBodyParser(String text, boolean itemsAreEvents, Limits limits, int longestEvent) {
        this.text = withoutMarks(text);
        this.itemsAreEvents = itemsAreEvents;
        this.mostEvents = limits.batchEvents();
        this.longestEvent = longestEvent;
        this.mostDepth = limits.jsonDepth();
        options.setCodePointLimit(Math.max(text.length(), 1));
    }

    /** Removes the byte order mark that each document may have; the library knows only that of the first one. */
    private static String withoutMarks(String text) {
        return text.indexOf('\uFEFF', 1) < 0
                ? text
                : MARK_OF_DOCUMENT.matcher(text).replaceAll("$1");
    }

    /** A parser of events: each document is one, or each item of a list. */
    static YamlBodyParser ofEvents(String text, Limits limits) {
        return new YamlBodyParser(text, true, limits, limits.largeEventBytes());
    }

    /** A parser of one value, or of several documents. */
    static YamlBodyParser ofValue(String text, Limits limits) {
        return new YamlBodyParser(text, false, limits, limits.eventBytes());
    }

    /** Converts the body; throws an {@link HttpErrorException} if it is no YAML, or YAML that JSON cannot represent. */
    byte[] toJson() {
        List<byte[]> documents = new ArrayList<>();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            JsonGenerator generator = JsonCodec.generator(out);
            WholeTextReader reader = new WholeTextReader(text, longestEvent);
            Parser parser = new ParserImpl(reader, options);
            for (Event event = parser.getEvent(); event != null; event = parser.getEvent()) {
                if (event.is(Event.ID.DocumentStart)) {
                    count(documents.size()); // before the rest is parsed
                    out.reset();
                    generator = JsonCodec.generator(out);
                } else if (event.is(Event.ID.DocumentEnd)) {
                    generator.close();
                    documents.add(out.toByteArray());
                } else if (!event.is(Event.ID.StreamStart) && !event.is(Event.ID.StreamEnd)) {
                    write(event, generator);
                }
                if (isBetweenEvents()) {
                    reader.eventBegins(event.getEndMark().getIndex());
                }
            }
        } catch (MarkedYAMLException e) {
            throw malformed(String.valueOf(e.getProblem()), e.getProblemMark());
        } catch (YAMLException | IOException e) {
            throw malformed(String.valueOf(e.getMessage()), null);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) { // thrown by the scanner for a broken escape
            throw malformed("an escape in a quoted text is incomplete or stands for no character", null);
        }
        return documents.size() == 1 ? documents.get(0) : array(documents);
    }

    private void count(int eventsBefore) {
        if (eventsBefore == mostEvents) {
            throw AppendBodyParser.tooManyEvents(mostEvents);
        }
    }

    /** Whether an event of the body, or what encloses it, has ended or begins next. */
    private boolean isBetweenEvents() {
        return open.isEmpty() || isInListOfEvents();
    }

    private boolean isInListOfEvents() {
        Level level = open.peek();
        return itemsAreEvents && open.size() == 1 && level != null && level.keys == null;
    }

    private void write(Event event, JsonGenerator generator) throws IOException {
        if (event.is(Event.ID.Alias) || (event instanceof NodeEvent node && node.getAnchor() != null)) {
            throw malformed("anchors and aliases are not supported, repeat the value instead", event.getStartMark());
        }
        if (event.is(Event.ID.MappingEnd) || event.is(Event.ID.SequenceEnd)) {
            if (event.is(Event.ID.MappingEnd)) {
                generator.writeEndObject();
            } else {
                generator.writeEndArray();
            }
            open.pop();
            return;
        }
        if (event instanceof CollectionStartEvent collection && collection.getTag() != null) {
            throw malformed("the tag " + collection.getTag() + " is not supported, remove it", event.getStartMark());
        }
        Level level = open.peek();
        if (isInListOfEvents()) {
            count(items++);
        }
        Set<String> keys = level == null ? null : level.advance();
        if (keys != null) {
            writeKey(event, keys, generator);
        } else if (event instanceof ScalarEvent scalar) {
            write(scalar, generator);
        } else if (event instanceof MappingStartEvent) {
            open(new Level(new HashSet<>()), event);
            generator.writeStartObject();
        } else {
            open(new Level(null), event);
            generator.writeStartArray();
        }
    }

    /** The time of the scanner grows with the square of the depth. */
    private void open(Level level, Event start) {
        if (open.size() == mostDepth + AROUND_AN_EVENT) {
            throw malformed(
                    "a value nests deeper than " + mostDepth + ", which is not allowed (limit jsonDepth)",
                    start.getStartMark());
        }
        open.push(level);
    }

    private static void writeKey(Event event, Set<String> keys, JsonGenerator generator) throws IOException {
        if (!(event instanceof ScalarEvent scalar)) {
            throw malformed("a key must be text", event.getStartMark());
        }
        if (!keys.add(scalar.getValue())) {
            throw malformed("the key '" + scalar.getValue() + "' occurs twice", event.getStartMark());
        }
        generator.writeFieldName(scalar.getValue());
    }

    private static void write(ScalarEvent scalar, JsonGenerator generator) throws IOException {
        String value = scalar.getValue();
        String tag = scalar.getTag();
        if (tag != null && !tag.equals(TEXT) && !tag.equals("!")) {
            throw malformed("the tag " + tag + " is not supported, remove it", scalar.getStartMark());
        }
        if (tag != null || scalar.getScalarStyle() != ScalarStyle.PLAIN) {
            generator.writeString(value);
        } else if (NUMBER.matcher(value).matches()) {
            String number = number(value);
            if (JsonCodec.numberProblem(number).isPresent()) {
                throw malformed(JsonCodec.numberProblem(value).orElseThrow(), scalar.getStartMark());
            }
            generator.writeNumber(number);
        } else {
            switch (value.toLowerCase(Locale.ROOT)) {
                case "", "~", "null" -> generator.writeNull();
                case "true" -> generator.writeBoolean(true);
                case "false" -> generator.writeBoolean(false);
                default -> generator.writeString(value);
            }
        }
    }

    /**
     * A number as JSON has it. YAML needs a point in a number with an exponent, so {@code 12e10000} is written {@code
     * 1.2e+10001}. If a number is too large as it is written, this is the spelling without a point.
     */
    private static String number(String value) {
        int point = value.indexOf('.');
        int exponentAt = Math.max(value.indexOf('e'), value.indexOf('E'));
        if (point < 0
                || exponentAt < point
                || value.length() > LONGEST_NUMBER
                || JsonCodec.numberProblem(value).isEmpty()) {
            return value;
        }
        String digits = value.substring(0, point) + value.substring(point + 1, exponentAt);
        BigInteger exponent =
                new BigInteger(value.substring(exponentAt + 1)).subtract(BigInteger.valueOf(exponentAt - point - 1L));
        return LEADING_ZEROS.matcher(digits).replaceFirst("$1") + "e" + exponent;
    }

    private static byte[] array(List<byte[]> documents) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (documents.isEmpty()) {
            out.writeBytes(new byte[] {'n', 'u', 'l', 'l'});
            return out.toByteArray();
        }
        byte separator = '[';
        for (byte[] document : documents) {
            out.write(separator);
            out.writeBytes(document);
            separator = ',';
        }
        out.write(']');
        return out.toByteArray();
    }

    private static HttpErrorException malformed(String why, @Nullable Mark at) {
        return HttpErrorException.badRequest(
                "body",
                "malformed YAML"
                        + (at == null ? "" : " at line " + (at.getLine() + 1) + ", column " + (at.getColumn() + 1))
                        + ": " + (why.length() <= LONGEST_PROBLEM ? why : why.substring(0, LONGEST_PROBLEM) + "…")
                        + "; nothing was appended; correct the YAML");
    }
}
