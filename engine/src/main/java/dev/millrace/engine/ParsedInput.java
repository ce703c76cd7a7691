package dev.millrace.engine;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.millrace.core.JsonCodec;
import dev.millrace.engine.internal.append.InvalidInput;
import dev.millrace.engine.internal.append.JsonText;
import dev.millrace.engine.internal.append.RawField;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A parsed JSON value that can be appended. The fields of an object are kept separately, so that the engine does not
 * parse them again. Numbers keep the characters of the input. Immutable.
 *
 * @since 0.1
 */
public final class ParsedInput {
    private static final String EVENT = "event";

    private final JsonToken token;
    private final String text;
    private final byte[] value;
    private final List<RawField> fields;
    private final @Nullable ParsedInput event;
    private final int depth;
    private final String problem;
    private final @Nullable Supplier<byte[]> request;
    private final @Nullable Verification verification;

    /** Who signed the request that brought an input, as JSON, and the key of the delivery. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Verification(byte[] json, Optional<String> key) {}

    private ParsedInput(
            JsonToken token, String text, byte[] value, List<RawField> fields, @Nullable ParsedInput event, int depth) {
        this(token, text, value, fields, event, depth, "", null, null);
    }

    private ParsedInput(
            JsonToken token,
            String text,
            byte[] value,
            List<RawField> fields,
            @Nullable ParsedInput event,
            int depth,
            String problem,
            @Nullable Supplier<byte[]> request,
            @Nullable Verification verification) {
        this.token = token;
        this.text = text;
        this.value = value;
        this.fields = fields;
        this.event = event;
        this.depth = depth;
        this.problem = problem;
        this.request = request;
        this.verification = verification;
    }

    /**
     * Reads the value that begins at the current token of a parser; afterwards the current token is the last one of the
     * value. The first field {@code event} is split into fields too, because the value can be an envelope.
     *
     * @throws IOException if the text is not JSON; the message says where
     */
    public static ParsedInput read(JsonParser parser) throws IOException {
        return read(parser, true, Integer.MAX_VALUE);
    }

    /**
     * Reads an event that is not in an envelope.
     *
     * @throws TooDeepException if it nests deeper than {@code mostDepth}
     */
    static ParsedInput read(JsonParser parser, int mostDepth) throws IOException {
        return read(parser, false, mostDepth);
    }

    static final class TooDeepException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    /**
     * Parses a text.
     *
     * @throws IllegalArgumentException if it does not begin with a JSON value in UTF-8
     */
    public static ParsedInput of(byte[] json) {
        try (JsonParser parser = JsonCodec.parser(json)) {
            if (parser.nextToken() == null) {
                throw new IllegalArgumentException("expected one JSON value, got nothing");
            }
            return read(parser, false, Integer.MAX_VALUE);
        } catch (IOException e) {
            throw new IllegalArgumentException("not a JSON value: " + e.getMessage(), e);
        }
    }

    /**
     * A text that is stored as an invalid event even if it has the fields of one, for example because it only describes
     * what was sent.
     *
     * @param problem why it is no event; becomes the {@code error} of the invalid event
     * @throws IllegalArgumentException if the text does not begin with a JSON value in UTF-8
     */
    public static ParsedInput notAnEvent(byte[] json, String problem) {
        ParsedInput value = of(json);
        return new ParsedInput(
                value.token, value.text, value.value, value.fields, value.event, value.depth, problem, null, null);
    }

    /**
     * This input with the HTTP request that brought it; the event of an envelope has none.
     *
     * @param description gives the field {@code request} of the invalid event, a JSON object in UTF-8. Called once, on
     *     the thread that appends, if the input is no event; otherwise not at all
     */
    public ParsedInput withRequest(Supplier<byte[]> description) {
        return new ParsedInput(token, text, value, fields, event, depth, problem, description, verification);
    }

    /**
     * This input with the signature of its sender. Use it with {@link #notAnEvent} only.
     *
     * @param verified the field {@code verified} of the invalid event, a JSON object in UTF-8; not modified
     * @param key the key of the delivery, in the space of keys that callers cannot take; empty for none
     */
    public ParsedInput withVerification(byte[] verified, Optional<String> key) {
        Verification signed = new Verification(verified, key);
        return new ParsedInput(token, text, value, fields, event, depth, problem, request, signed);
    }

    private static ParsedInput read(JsonParser parser, boolean mayBeEnvelope, int mostDepth) throws IOException {
        JsonToken first = parser.currentToken();
        int outside = nesting(parser) - (first.isStructStart() ? 1 : 0);
        long most = (long) outside + mostDepth;
        if (first != JsonToken.START_OBJECT) {
            String text = first.isScalarValue() ? parser.getText() : "";
            Copy copy = Copy.of(parser, most);
            return new ParsedInput(first, text, copy.json, List.of(), null, copy.deepest - outside);
        }
        List<RawField> fields = new ArrayList<>();
        ParsedInput event = null;
        int deepest = outside + 1;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            if (mayBeEnvelope && event == null && name.equals(EVENT)) {
                event = read(parser, false, mostDepth);
                fields.add(new RawField(name, token, event.text, event.json()));
                deepest = Math.max(deepest, outside + 1 + event.depth);
            } else {
                String text = token.isScalarValue() ? parser.getText() : "";
                Copy copy = Copy.of(parser, most);
                fields.add(new RawField(name, token, text, copy.json));
                deepest = Math.max(deepest, copy.deepest);
            }
        }
        return new ParsedInput(first, "", new byte[0], List.copyOf(fields), event, deepest - outside);
    }

    private static int nesting(JsonParser parser) {
        return parser.getParsingContext().getNestingDepth();
    }

    /** A value as compact JSON, and how deep the parser was at its deepest. */
    @SuppressWarnings("ArrayRecordComponent") // two results of one call
    private record Copy(byte[] json, int deepest) {
        static Copy of(JsonParser parser, long most) throws IOException {
            ByteArrayOutputStream json = new ByteArrayOutputStream();
            int deepest = nesting(parser);
            try (JsonGenerator generator = JsonCodec.generator(json)) {
                int open = 0;
                while (true) {
                    JsonToken token = parser.currentToken();
                    deepest = Math.max(deepest, nesting(parser));
                    if (deepest > most) {
                        throw new TooDeepException();
                    }
                    JsonCodec.copyToken(parser, generator);
                    open += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                    if (open == 0) {
                        break;
                    }
                    parser.nextToken();
                }
            }
            return new Copy(json.toByteArray(), deepest);
        }
    }

    /** The value as compact JSON, with the fields in the order of the input. */
    public byte[] json() {
        if (!isObject()) {
            return value.clone();
        }
        ByteArrayOutputStream json = new ByteArrayOutputStream(length());
        json.write('{');
        for (RawField field : fields) {
            if (json.size() > 1) {
                json.write(',');
            }
            json.writeBytes(JsonText.of(field.name()));
            json.write(':');
            json.writeBytes(field.json());
        }
        json.write('}');
        return json.toByteArray();
    }

    /** The type of the event as it is stored; empty if the value has no field {@code type} that is a text. */
    public String type() {
        return fields.stream()
                .filter(field -> field.name().equals("type") && field.isText())
                .map(field -> field.text().strip())
                .findFirst()
                .orElse("");
    }

    int length() {
        if (!isObject()) {
            return value.length;
        }
        int length = 2 + Math.max(0, fields.size() - 1);
        for (RawField field : fields) {
            length += JsonText.of(field.name()).length + 1 + field.json().length;
        }
        return length;
    }

    /**
     * The envelope, if the value is an object {@code {event, path?}} without other fields. An object with {@code path}
     * is one only if {@code event} is an object: others use these names too, {@code {"event": "created", "path": "/x"}}.
     */
    public Optional<Envelope> envelope() {
        Set<String> names = new HashSet<>();
        boolean twice = !fields.stream().allMatch(field -> names.add(field.name()));
        if (event == null || twice || !Set.of(EVENT, "path").containsAll(names)) {
            return Optional.empty();
        }
        if (names.contains("path") && !event.isObject()) {
            return Optional.empty();
        }
        return Optional.of(new Envelope(
                event,
                fields.stream()
                        .filter(field -> field.name().equals("path"))
                        .map(RawField::json)
                        .findFirst()));
    }

    /**
     * An event with the path that it is for.
     *
     * @param event the event
     * @param path the value of {@code path} as compact JSON, if there is one
     */
    public record Envelope(ParsedInput event, Optional<byte[]> path) {}

    boolean isObject() {
        return token == JsonToken.START_OBJECT;
    }

    List<RawField> fields() {
        return fields;
    }

    /** A value that is not an object, as a field without a name. */
    RawField asField() {
        return new RawField("", token, text, value);
    }

    /** What kind of JSON value it is, in words. */
    String kind() {
        return asField().kind();
    }

    /** Why the value is no event, whatever its fields are; empty if its fields say whether it is one. */
    String problem() {
        return problem;
    }

    /** This input as the invalid event that it becomes. Computes the description of the request. */
    InvalidInput invalid(String problems) {
        Optional<Verification> signed = Optional.ofNullable(verification);
        return new InvalidInput(
                json(),
                problems,
                Optional.ofNullable(request).map(Supplier::get),
                signed.map(Verification::json),
                signed.flatMap(Verification::key));
    }

    /** How deep objects and arrays are nested; 0 for a scalar. */
    int depth() {
        return depth;
    }
}
