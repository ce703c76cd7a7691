package dev.millrace.server.internal.formats;

import dev.millrace.server.internal.http.PercentDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The text of a body. A declared charset is only a hint, because many senders declare a wrong one or a name that nobody
 * knows: the bytes decide whether it can be right. Immutable.
 *
 * @param text the decoded text
 * @param charset the charset in which the bytes are this text
 */
record BodyText(String text, Charset charset) {
    /**
     * The text of JSON or YAML: UTF-8 if the bytes are valid UTF-8, as RFC 8259 and RFC 9512 require, else the declared
     * charset. Empty if the bytes are neither.
     */
    static Optional<BodyText> ofDocument(MediaType type, byte[] body) {
        Optional<BodyText> utf8 = decode(StandardCharsets.UTF_8, body);
        return utf8.filter(decoded -> hasOnlyDocumentCharacters(decoded.text()))
                .or(() -> type.charset().flatMap(charset -> decode(charset, body)))
                .or(() -> utf8);
    }

    /** The text of a form or of plain text: the declared charset, else UTF-8. Empty if the bytes are neither. */
    static Optional<BodyText> ofText(MediaType type, byte[] body) {
        return Stream.concat(type.charset().stream(), Stream.of(StandardCharsets.UTF_8))
                .flatMap(charset -> decode(charset, body).stream())
                .findFirst();
    }

    private static Optional<BodyText> decode(Charset charset, byte[] body) {
        try {
            String text = charset.newDecoder().decode(ByteBuffer.wrap(body)).toString();
            return Optional.of(new BodyText(text, charset));
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    /**
     * Neither JSON nor YAML has other control characters. The bytes of ASCII text in UTF-16 or in a charset with
     * escape sequences are valid UTF-8 too, but contain some.
     */
    private static boolean hasOnlyDocumentCharacters(String text) {
        return text.chars().allMatch(c -> c >= ' ' || c == '\t' || c == '\n' || c == '\r');
    }

    /**
     * A name or value of a form: its percent-encoded bytes are text in the charset of the body, else in UTF-8; otherwise
     * it stays as it is.
     */
    String decodeFormText(String raw) {
        for (Charset candidate : List.of(charset, StandardCharsets.UTF_8)) {
            try {
                return PercentDecoder.decode(raw, true, candidate);
            } catch (IllegalArgumentException e) {
                // the next one, or as it is
            }
        }
        return raw;
    }
}
