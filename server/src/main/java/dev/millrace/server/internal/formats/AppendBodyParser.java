package dev.millrace.server.internal.formats;

import dev.millrace.core.StreamPath;
import dev.millrace.engine.Limits;
import dev.millrace.server.internal.http.HttpErrorException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * From the bytes of a request to what it asks to append. Declared JSON and YAML must parse; everything else is kept
 * whole, because whoever sent it will not send it again. Immutable.
 */
public final class AppendBodyParser {
    private final Limits limits;

    public AppendBodyParser(Limits limits) {
        this.limits = limits;
    }

    /**
     * Reads a body.
     *
     * @param url the stream that the URL names
     * @throws HttpErrorException when a declared JSON or YAML body does not parse, with line and column
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
            inputs = json.read(new YamlBodyParser(text(type, body), body.length).toJson());
        } else {
            inputs = ParsedAppend.single(OpaqueBodyEncoder.describe(type, body));
        }
        if (!inputs.batch() && body.length > limits.eventBytes()) {
            throw tooLarge("event", limits.eventBytes(), body.length + " bytes");
        }
        return inputs;
    }

    /**
     * Reads a body as one JSON value, whatever it is; what is neither JSON nor YAML as it would be kept.
     *
     * @throws HttpErrorException when a declared JSON or YAML body does not parse, with line and column
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
                ? JsonBodyParser.value(new YamlBodyParser(text(type, body), body.length).toJson())
                : OpaqueBodyEncoder.describe(type, body);
    }

    /**
     * How many bytes of a body are worth reading.
     *
     * @param first its first byte that is not white space
     */
    public int limit(MediaType type, int first) {
        boolean mayBeBatch = type.isLines() || type.isYaml() || (type.isJson() && first == '[');
        return mayBeBatch ? limits.batchBytes() : limits.eventBytes();
    }

    public static HttpErrorException tooLarge(String what, int limit, String sent) {
        return HttpErrorException.tooLarge("the " + what + " is too large: at most " + limit + " bytes are allowed, "
                + sent + " were sent; split it, or store the bulk elsewhere and append a reference");
    }

    /** The text of a body in its declared charset, or empty when the bytes are not that. */
    static Optional<String> decode(Charset charset, byte[] body) {
        try {
            CharBuffer text = charset.newDecoder().decode(ByteBuffer.wrap(body));
            return Optional.of(text.toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static byte[] utf8(MediaType type, byte[] body) {
        Optional<Charset> charset = type.charset();
        return charset.equals(Optional.of(StandardCharsets.UTF_8))
                ? body
                : text(type, body).getBytes(StandardCharsets.UTF_8);
    }

    private static String text(MediaType type, byte[] body) {
        return type.charset()
                .flatMap(charset -> decode(charset, body))
                .orElseThrow(() -> HttpErrorException.badRequest(
                        "body", "body is not text in its charset: content type '" + type.header() + "'; send UTF-8"));
    }
}
