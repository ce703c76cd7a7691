package dev.millrace.server.internal.formats;

import dev.millrace.core.StreamPath;
import dev.millrace.engine.KnownEvents;
import dev.millrace.engine.Limits;
import dev.millrace.engine.ParsedInput;
import dev.millrace.server.internal.http.HttpErrorException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * A parser of request bodies. Declared JSON and YAML must be valid; other bodies are stored whole, because a webhook
 * sender will not send them again. Immutable.
 */
public final class AppendBodyParser {
    /** What to do about an event that is too large. */
    public static final String SMALLER = "split it, or store the data elsewhere and append a reference";

    private final Limits limits;
    private final KnownEvents known;

    public AppendBodyParser(Limits limits, KnownEvents known) {
        this.limits = limits;
        this.known = known;
    }

    /**
     * Parses the events of a body for the stream that the URL names. Throws an {@link HttpErrorException}, with line
     * and column, if declared JSON or YAML is invalid.
     */
    public ParsedAppend read(MediaType type, byte[] body, StreamPath url) {
        if (body.length == 0) {
            return ParsedAppend.single("null".getBytes(StandardCharsets.UTF_8));
        }
        JsonBodyParser json = new JsonBodyParser(limits, url);
        ParsedAppend inputs;
        if (type.isLines()) {
            inputs = json.lines(utf8(type, body));
        } else if (type.isJson()) {
            inputs = json.read(utf8(type, body));
        } else if (type.isYaml()) {
            inputs = json.read(YamlBodyParser.ofEvents(text(type, body), limits).toJson());
        } else {
            inputs = ParsedAppend.notAnEvent(type, OpaqueBodyEncoder.describe(type, body));
        }
        if (!inputs.batch()) {
            checkEvent(inputs.events().get(0), body.length);
        }
        return inputs;
    }

    /** The type of an event, which is known late, decides how large its body may be. */
    private void checkEvent(ParsedInput event, int length) {
        int most = known.maxBytes(event.type(), limits);
        if (length > most) {
            throw tooLarge("event", most, length + " bytes");
        }
    }

    /**
     * As {@link #read}, for a body that is the data of an event of another kind, so it is no event even if it has the
     * fields of one.
     *
     * @param problem why it is no event
     */
    public ParsedAppend readData(MediaType type, byte[] body, String problem) {
        return new ParsedAppend(List.of(ParsedInput.notAnEvent(value(type, body), problem)), false);
    }

    /**
     * Parses a body as any JSON value; a body that is neither JSON nor YAML is wrapped by {@link OpaqueBodyEncoder}.
     * Throws an {@link HttpErrorException} with line and column if declared JSON or YAML is invalid.
     */
    public byte[] value(MediaType type, byte[] body) {
        if (body.length > limits.eventBytes()) {
            throw tooLarge("body", limits.eventBytes(), body.length + " bytes");
        }
        if (body.length == 0) {
            return "null".getBytes(StandardCharsets.UTF_8);
        }
        if (type.isJson()) {
            return JsonBodyParser.value(utf8(type, body));
        }
        return type.isYaml()
                ? JsonBodyParser.value(
                        YamlBodyParser.ofValue(text(type, body), limits).toJson())
                : OpaqueBodyEncoder.describe(type, body);
    }

    /** Whether the value of a body that is not parsed has all its bytes: as text in UTF-8, or in base64. */
    public static boolean isShown(MediaType type, byte[] body) {
        return OpaqueBodyEncoder.isShown(type, body);
    }

    /**
     * The most bytes of a body that are read; {@code first} is its first byte that is not white space. A body with one
     * event is read up to the limit for large events, because its type is known only then.
     */
    public int limit(MediaType type, int first) {
        boolean mayBeBatch = type.isLines() || type.isYaml() || (type.isJson() && first == '[');
        return mayBeBatch ? limits.batchBytes() : type.isParsed() ? limits.largeEventBytes() : limits.eventBytes();
    }

    /** The most bytes of a body that is no event but a value, as {@link #value} reads it. */
    public int valueLimit() {
        return limits.eventBytes();
    }

    static HttpErrorException tooLarge(String what, int limit, String sent) {
        return tooLarge(what, limit, sent, SMALLER);
    }

    public static HttpErrorException tooLarge(String what, int limit, String sent, String advice) {
        return HttpErrorException.tooLarge("the " + what + " is too large: at most " + limit + " bytes are allowed, "
                + sent + " were sent; " + advice);
    }

    static HttpErrorException tooManyEvents(int limit) {
        return HttpErrorException.badRequest(
                "body",
                "the batch has too many events: at most " + limit
                        + " are allowed, more were sent; send several batches");
    }

    private static byte[] utf8(MediaType type, byte[] body) {
        // without a charset the bytes are not decoded here: the JSON parser says where they are no UTF-8
        boolean isDeclared =
                type.charset().filter(c -> !c.equals(StandardCharsets.UTF_8)).isPresent();
        return isDeclared ? text(type, body).getBytes(StandardCharsets.UTF_8) : body;
    }

    private static String text(MediaType type, byte[] body) {
        return BodyText.ofDocument(type, body)
                .map(BodyText::text)
                .orElseThrow(() -> HttpErrorException.badRequest(
                        "body",
                        "the body is not UTF-8, and not text in a charset that its content type names: '"
                                + type.header() + "'; send UTF-8"));
    }
}
