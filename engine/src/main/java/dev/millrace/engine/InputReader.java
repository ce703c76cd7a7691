package dev.millrace.engine;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads what callers send, token by token, so that numbers keep their characters. Refuses what is not JSON or exceeds a
 * limit; everything else becomes an {@link Input}, if need be an invalid event. Immutable; runs on the caller's thread.
 */
final class InputReader {
    private final Limits limits;
    private final KnownEvents known;

    InputReader(Limits limits, KnownEvents known) {
        this.limits = limits;
        this.known = known;
    }

    /**
     * Reads all inputs of one request.
     *
     * @throws StreamException when one of them is not JSON or a limit is exceeded
     */
    List<Input> read(StreamPath path, List<byte[]> inputs) {
        int count = inputs.size();
        Refusal whole = new Refusal(path, 0, 1);
        if (count == 0) {
            throw whole.emptyBatch();
        }
        if (count > limits.batchEvents()) {
            throw whole.batchTooLong(count, limits.batchEvents());
        }
        long bytes = 0;
        for (int i = 0; i < count; i++) {
            int length = inputs.get(i).length;
            if (length > limits.eventBytes()) {
                throw new Refusal(path, i, count).eventTooLarge(length, limits.eventBytes());
            }
            bytes += length;
        }
        if (count > 1 && bytes > limits.batchBytes()) {
            throw whole.batchTooLarge(bytes, limits.batchBytes());
        }
        List<Input> read = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            read.add(read(path, inputs.get(i), new Refusal(path, i, count)));
        }
        return read;
    }

    private Input read(StreamPath path, byte[] json, Refusal refusal) {
        try (JsonParser parser = JsonCodec.parser(json)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw refusal.notJson("it is empty", null);
            }
            InputForm form = first == JsonToken.START_OBJECT
                    ? new InputForm(fields(parser, refusal), known)
                    : InputForm.notAnObject(value("", parser, refusal));
            if (parser.nextToken() != null) {
                throw refusal.notJson("something follows the first value" + at(parser.currentTokenLocation()), null);
            }
            return form.isValid()
                    ? form.input(path, refusal)
                    : SystemInputs.invalid(path, JsonCodec.compact(json), form.problems());
        } catch (JsonProcessingException e) {
            throw refusal.notJson(JsonCodec.problem(e) + at(e.getLocation()), e);
        } catch (IOException e) {
            throw refusal.notJson(String.valueOf(e.getMessage()), e);
        }
    }

    private List<RawField> fields(JsonParser parser, Refusal refusal) throws IOException {
        List<RawField> fields = new ArrayList<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            fields.add(value(name, parser, refusal));
        }
        return fields;
    }

    /** The value that begins at the current token; afterwards the current token is its last one. */
    private RawField value(String name, JsonParser parser, Refusal refusal) throws IOException {
        JsonToken first = parser.currentToken();
        String text = first.isScalarValue() ? parser.getText() : "";
        ByteArrayOutputStream json = new ByteArrayOutputStream();
        try (JsonGenerator copy = JsonCodec.generator(json)) {
            int open = 0;
            while (true) {
                JsonToken token = parser.currentToken();
                int depth = parser.getParsingContext().getNestingDepth();
                if (depth > limits.jsonDepth()) {
                    throw refusal.tooDeep(depth, limits.jsonDepth());
                }
                JsonCodec.copyToken(parser, copy);
                open += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (open == 0) {
                    break;
                }
                parser.nextToken();
            }
        }
        return new RawField(name, first, text, json.toByteArray());
    }

    private static String at(@Nullable JsonLocation location) {
        return location == null || location.getLineNr() < 0
                ? ""
                : " (line " + location.getLineNr() + ", column " + location.getColumnNr() + ")";
    }
}
