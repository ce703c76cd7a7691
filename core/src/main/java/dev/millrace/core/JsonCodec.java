package dev.millrace.core;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.internal.json.BoundedIndenter;
import dev.millrace.core.internal.json.EventJsonReader;
import dev.millrace.core.internal.json.JsonErrorMessages;
import dev.millrace.core.internal.json.JsonMappers;
import dev.millrace.core.internal.json.JsonNumbers;
import dev.millrace.core.internal.json.StoredEvent;
import dev.millrace.core.internal.json.WellFormedText;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The JSON codec: how events, payloads and states are written as JSON and read back. All JSON of the core passes
 * through it.
 *
 * <p>Decoding is strict: a missing component of a record, or {@code null} for a primitive, is an error; unknown fields
 * are ignored. Times are ISO-8601 in UTC. Decimal numbers keep all digits.
 *
 * @since 0.1
 */
public final class JsonCodec {
    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    /** Far beyond the numbers that can be appended; the time for the exponent grows with the square of its length. */
    private static final int LONGEST_YAML_NUMBER = 5_000;

    private static final String NOTHING = "expected one JSON value, got nothing (line 1, column 1)";

    private JsonCodec() {}

    /**
     * Parses JSON text.
     *
     * @throws IllegalArgumentException if the bytes are not one JSON value in UTF-8; the message has line and column
     */
    public static JsonNode parse(byte[] json) {
        try {
            JsonNode node = JsonMappers.LENIENT.readTree(json);
            if (node == null || node.isMissingNode()) {
                throw new IllegalArgumentException(NOTHING);
            }
            return node;
        } catch (IOException e) {
            throw new IllegalArgumentException(JsonErrorMessages.explain(e), e);
        }
    }

    /** As {@link #parse(byte[])}; half a surrogate pair that is not escaped becomes U+FFFD. */
    public static JsonNode parse(String json) {
        return parse(toWellFormed(json).getBytes(StandardCharsets.UTF_8));
    }

    /** Any payload, state or value as a new JSON tree. */
    public static JsonNode toTree(@Nullable Object value) {
        return value instanceof JsonNode node ? node.deepCopy() : JsonMappers.LENIENT.valueToTree(value);
    }

    /**
     * Decodes a tree.
     *
     * @throws IllegalArgumentException if the JSON does not fit the class; the message names the field
     */
    public static <T> T fromTree(JsonNode json, Class<T> type) {
        return fromTree(json, type, false);
    }

    static <T> T fromTree(JsonNode json, Class<T> type, boolean refusesUnknown) {
        T decoded;
        try {
            decoded = JsonMappers.lenientReader(type, refusesUnknown).readValue(json);
        } catch (IOException e) {
            throw new IllegalArgumentException(JsonErrorMessages.explain(e), e);
        }
        if (decoded == null) {
            throw new IllegalArgumentException("expected " + type.getSimpleName() + ", got null");
        }
        return decoded;
    }

    /** Compact JSON in UTF-8. */
    public static byte[] write(Object value) {
        try {
            return JsonMappers.LENIENT.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot write as JSON: " + JsonErrorMessages.explain(e), e);
        }
    }

    public static String writeText(Object value) {
        return new String(write(value), StandardCharsets.UTF_8);
    }

    /**
     * The text with U+FFFD in place of each half of a surrogate pair. JSON can have halves, and stores keep them, but
     * UTF-8 cannot, and many readers refuse a JSON text with one; so what leaves for such a reader is made well-formed.
     */
    public static String toWellFormed(String text) {
        return WellFormedText.of(text);
    }

    /** The same JSON with all its texts and names well-formed; the same object if they are. It is not changed. */
    public static JsonNode toWellFormed(JsonNode json) {
        return WellFormedText.of(json);
    }

    /** Whether the bytes are one JSON value. Numbers may have any size, and values may nest to any depth. */
    public static boolean isValid(byte[] json) {
        try (JsonParser parser = JsonMappers.STORED.createParser(json)) {
            if (parser.nextToken() == null) {
                return false;
            }
            parser.skipChildren();
            return parser.nextToken() == null;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Removes insignificant white space. Numbers are not reformatted, and may have any size.
     *
     * @throws IllegalArgumentException if the bytes are not one JSON value
     */
    public static byte[] compact(byte[] json) {
        return copy(json, false);
    }

    /**
     * Indents by two spaces, for at most 32 levels. Numbers are not reformatted, and may have any size.
     *
     * @throws IllegalArgumentException if the bytes are not one JSON value
     */
    public static byte[] indent(byte[] json) {
        return copy(json, true);
    }

    private static byte[] copy(byte[] json, boolean indented) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(json.length + 16);
        JsonFactory factory = JsonMappers.STORED;
        try (JsonParser parser = factory.createParser(json);
                JsonGenerator generator = factory.createGenerator(out)) {
            if (indented) {
                BoundedIndenter indenter = new BoundedIndenter();
                generator.setPrettyPrinter(new DefaultPrettyPrinter(Separators.createDefaultInstance()
                                .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                                .withObjectEmptySeparator("")
                                .withArrayEmptySeparator(""))
                        .withObjectIndenter(indenter)
                        .withArrayIndenter(indenter));
            }
            int depth = 0;
            boolean complete = false;
            while (parser.nextToken() != null) {
                if (complete) {
                    throw new JsonParseException(parser, "expected one JSON value, got another one after it");
                }
                copyToken(parser, generator);
                JsonToken token = parser.currentToken();
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                complete = depth == 0;
            }
            if (!complete) {
                throw new IllegalArgumentException(NOTHING);
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(JsonErrorMessages.explain(e), e);
        }
        return out.toByteArray();
    }

    /**
     * Copies the parser's current token to the generator, and does not reformat numbers.
     *
     * @throws IOException if reading or writing fails
     */
    public static void copyToken(JsonParser parser, JsonGenerator generator) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.VALUE_NUMBER_FLOAT) {
            generator.writeNumber(parser.getText());
        } else {
            generator.copyCurrentEvent(parser);
        }
    }

    /**
     * A JSON number in a form that every YAML reader takes as the same number. YAML 1.1 requires a point and a sign in
     * an exponent: {@code 1e3} would be a text, so it becomes {@code 0.1e+4}. Value and precision do not change.
     */
    public static String yamlNumber(String number) {
        int exponentAt = Math.max(number.indexOf('e'), number.indexOf('E'));
        if (exponentAt < 0 || number.length() > LONGEST_YAML_NUMBER) {
            return number;
        }
        String digits = number.substring(0, exponentAt);
        BigInteger exponent = new BigInteger(number.substring(exponentAt + 1));
        if (digits.indexOf('.') < 0) {
            int first = digits.startsWith("-") ? 1 : 0;
            int whole = digits.length() - first;
            digits = whole == 1
                    ? digits.substring(0, first) + "0." + digits.substring(first)
                    : digits.substring(0, first + 1) + "." + digits.substring(first + 1);
            exponent = exponent.add(BigInteger.valueOf(whole == 1 ? 1 : whole - 1));
        }
        return digits + (exponent.signum() < 0 ? "e" : "e+") + exponent;
    }

    /**
     * A parser of JSON that is to be appended. It refuses a number with more than 1,000 digits, those of the exponent
     * included, or with an exponent beyond 10,000 or -10,000.
     */
    public static JsonParser parser(byte[] json) {
        return parser(JsonMappers.APPENDED, json);
    }

    /** A parser of an event that is stored already: it has no limits. */
    public static JsonParser storedParser(byte[] json) {
        return parser(JsonMappers.STORED, json);
    }

    private static JsonParser parser(JsonFactory factory, byte[] json) {
        try {
            return factory.createParser(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static JsonGenerator generator(ByteArrayOutputStream out) {
        try {
            return JsonMappers.LENIENT.getFactory().createGenerator(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Why a JSON number cannot be appended; empty if it can. */
    public static Optional<String> numberProblem(String number) {
        return JsonNumbers.isAppendable(number) ? Optional.empty() : Optional.of(JsonNumbers.problem(number));
    }

    /** ISO-8601 in UTC with exactly three digits after the second, as on the wire. */
    public static String time(Instant instant) {
        return MILLIS.format(instant);
    }

    /** The wire form of an input. */
    public static ObjectNode toTree(EventInput input) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("type", input.type());
        node.set("payload", input.payload());
        input.metadata().ifPresent(metadata -> node.set("metadata", metadata));
        input.source().ifPresent(source -> node.set("source", source));
        input.idempotencyKey().ifPresent(key -> node.put("idempotencyKey", key));
        input.offset().ifPresent(offset -> node.put("offset", offset));
        return node;
    }

    /** The wire form of a stored event. */
    public static ObjectNode toTree(Event event) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("streamPath", event.path().value());
        node.put("type", event.type());
        node.set("payload", event.payloadJson());
        event.metadata().ifPresent(metadata -> node.set("metadata", metadata));
        event.source().ifPresent(source -> node.set("source", source));
        event.idempotencyKey().ifPresent(key -> node.put("idempotencyKey", key));
        node.put("offset", event.offset());
        node.put("createdAt", time(event.createdAt()));
        return node;
    }

    /**
     * Reads a stored event; its payload is {@link UnknownPayload} until a catalog decodes it.
     *
     * <p>Another version, or another program, may have stored an event that cannot be decoded: a number is too large,
     * or a value nests too deep. Such an event is {@link MalformedPayload} for every catalog. Its {@link
     * Event#payloadJson()} is a text: the JSON of the payload, or of the whole event if more than the payload is wrong.
     *
     * @throws IllegalArgumentException if path, offset, type or time cannot be read
     */
    public static Event readEvent(byte[] json) {
        return EventJsonReader.read(json, Optional.empty());
    }

    /**
     * As {@link #readEvent(byte[])}, for an event whose path, offset, type and time are known from elsewhere. They are
     * used if the JSON does not say them, or says another path or offset. Without any JSON, the event is a damaged one,
     * and its payload says so. Never throws.
     */
    public static Event readEvent(byte[] json, StreamPath path, long offset, String type, Instant createdAt) {
        return EventJsonReader.read(json, Optional.of(new EventJsonReader.Known(path, offset, type, createdAt)));
    }

    /**
     * An event that was checked and stored already, and is read when its payload, key, metadata or source are first
     * asked for. A catalog that does not read its type does not need them.
     *
     * @param mayHaveMetadata false if it certainly has no metadata, so that it is not read for them
     * @param reader reads the event with this path, offset, type and time, and an object as its payload; called once at
     *     most
     */
    public static Event lazyEvent(
            StreamPath path,
            long offset,
            String type,
            Instant createdAt,
            boolean mayHaveMetadata,
            Supplier<Event> reader) {
        return new StoredEvent(
                path, offset, type, createdAt, mayHaveMetadata, reader, json -> new UnknownPayload(type, json));
    }

    /**
     * Reads a stored event that is parsed already.
     *
     * @throws IllegalArgumentException if a field of a stored event is missing or has the wrong type
     */
    public static Event toEvent(JsonNode json) {
        return EventJsonReader.read(json);
    }

    /** What is wrong with JSON that could not be parsed, in plain words and without the position. */
    public static String problem(JsonProcessingException e) {
        return JsonErrorMessages.of(e);
    }
}
