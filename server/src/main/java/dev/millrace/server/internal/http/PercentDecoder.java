package dev.millrace.server.internal.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Percent-encoding, undone once and strictly: bad escapes and bytes that are not UTF-8 are errors, never guesses. */
public final class PercentDecoder {
    private PercentDecoder() {}

    /**
     * Decodes a raw part of a URL.
     *
     * @param plusIsSpace whether {@code +} means a space, as it does in queries and forms but not in paths
     * @throws IllegalArgumentException when the text is not percent-encoded UTF-8
     */
    public static String decode(String raw, boolean plusIsSpace) {
        if (raw.indexOf('%') < 0 && !(plusIsSpace && raw.indexOf('+') >= 0)) {
            return raw;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(raw.length());
        int at = 0;
        while (at < raw.length()) {
            int c = raw.codePointAt(at);
            if (c == '%') {
                bytes.write(hex(raw, at + 1) << 4 | hex(raw, at + 2));
                at += 3;
            } else {
                bytes.writeBytes(
                        plusIsSpace && c == '+'
                                ? new byte[] {' '}
                                : Character.toString(c).getBytes(StandardCharsets.UTF_8));
                at += Character.charCount(c);
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("'" + raw + "' is not percent-encoded UTF-8", e);
        }
    }

    private static int hex(String raw, int at) {
        int digit = at < raw.length() ? Character.digit(raw.charAt(at), 16) : -1;
        if (digit < 0 || raw.charAt(at) > 'f') {
            throw new IllegalArgumentException("'" + raw + "' has a '%' that two hexadecimal digits do not follow");
        }
        return digit;
    }
}
