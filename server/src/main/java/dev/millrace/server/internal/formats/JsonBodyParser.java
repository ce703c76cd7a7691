package dev.millrace.server.internal.formats;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.Limits;
import dev.millrace.engine.ParsedInput;
import dev.millrace.server.internal.http.HttpErrorException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A parser of JSON bodies: a value is one event; an array, or several lines, are a batch. Numbers keep their digits.
 */
final class JsonBodyParser {
    private final Limits limits;
    private final EventEnvelope envelope;

    JsonBodyParser(Limits limits, StreamPath url) {
        this.limits = limits;
        this.envelope = new EventEnvelope(url);
    }

    ParsedAppend read(byte[] json) {
        try (JsonParser parser = JsonCodec.parser(json)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                return ParsedAppend.single(new byte[] {'n', 'u', 'l', 'l'});
            }
            List<ParsedInput> events = new ArrayList<>();
            if (first == JsonToken.START_ARRAY) {
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    add(events, ParsedInput.read(parser));
                }
            } else {
                events.add(envelope.strip(ParsedInput.read(parser)));
            }
            requireEnd(parser, 0, "something follows the JSON value");
            return inputs(events, first == JsonToken.START_ARRAY);
        } catch (IOException | UncheckedIOException e) {
            throw malformed(e, 0);
        }
    }

    /** Parses a body as one value of any kind, without treating arrays as batches or objects as envelopes. */
    static byte[] value(byte[] json) {
        try (JsonParser parser = JsonCodec.parser(json)) {
            if (parser.nextToken() == null) {
                return new byte[] {'n', 'u', 'l', 'l'};
            }
            byte[] value = copy(parser);
            requireEnd(parser, 0, "something follows the JSON value");
            return value;
        } catch (IOException | UncheckedIOException e) {
            throw malformed(e, 0);
        }
    }

    /** Parses newline-delimited JSON; blank lines are skipped, but count in the line numbers of errors. */
    ParsedAppend lines(byte[] body) {
        List<ParsedInput> events = new ArrayList<>();
        int line = 0;
        for (int start = 0; start < body.length; line++) {
            int end = start;
            while (end < body.length && body[end] != '\n') {
                end++;
            }
            byte[] text = Arrays.copyOfRange(body, start, end);
            start = end + 1;
            try (JsonParser parser = JsonCodec.parser(text)) {
                if (parser.nextToken() != null) {
                    add(events, ParsedInput.read(parser));
                    requireEnd(parser, line, "a second value on one line");
                }
            } catch (IOException | UncheckedIOException e) {
                throw malformed(e, line);
            }
        }
        return inputs(events, true);
    }

    private static void requireEnd(JsonParser parser, int linesBefore, String problem) throws IOException {
        if (parser.nextToken() != null) {
            JsonLocation at = parser.currentTokenLocation();
            throw malformed(problem, at.getLineNr() + linesBefore, at.getColumnNr());
        }
    }

    private void add(List<ParsedInput> events, ParsedInput value) {
        if (events.size() == limits.batchEvents()) {
            throw AppendBodyParser.tooManyEvents(limits.batchEvents());
        }
        events.add(envelope.strip(value));
    }

    private static ParsedAppend inputs(List<ParsedInput> events, boolean batch) {
        if (events.isEmpty()) {
            throw HttpErrorException.badRequest("body", "the batch is empty; send at least one event");
        }
        return new ParsedAppend(List.copyOf(events), batch);
    }

    private static byte[] copy(JsonParser parser) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator generator = JsonCodec.generator(out)) {
            int depth = 0;
            while (true) {
                JsonToken token = parser.currentToken();
                JsonCodec.copyToken(parser, generator);
                depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
                if (depth == 0 && token != JsonToken.FIELD_NAME) {
                    break;
                }
                if (parser.nextToken() == null) {
                    throw malformed("the JSON value has no end", -1, -1);
                }
            }
        }
        return out.toByteArray();
    }

    private static HttpErrorException malformed(Exception failure, int linesBefore) {
        Throwable cause = failure.getCause();
        Throwable e = failure instanceof UncheckedIOException && cause != null ? cause : failure;
        JsonLocation at = e instanceof JsonProcessingException json ? json.getLocation() : null;
        String why = e instanceof JsonProcessingException json ? JsonCodec.problem(json) : e.getMessage();
        return at == null ? malformed(why, -1, -1) : malformed(why, at.getLineNr() + linesBefore, at.getColumnNr());
    }

    private static HttpErrorException malformed(@Nullable String why, int line, int column) {
        return HttpErrorException.badRequest(
                "body",
                "malformed JSON" + (line < 1 ? "" : " at line " + line + ", column " + column) + ": " + why
                        + "; nothing was appended; correct the JSON");
    }
}
