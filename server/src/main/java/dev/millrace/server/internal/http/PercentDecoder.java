package dev.millrace.server.internal.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A strict decoder of percent-encoding: bad escapes, and bytes that are not text, are errors. */
public final class PercentDecoder {
    private PercentDecoder() {}

    /**
     * Decodes a raw part of a URL once; throws an {@link IllegalArgumentException} if it is not percent-encoded UTF-8.
     * In queries and forms {@code +} means a space, in paths it does not.
     */
    public static String decode(String raw, boolean plusIsSpace) {
        return decode(raw, plusIsSpace, StandardCharsets.UTF_8);
    }

    /**
     * As {@link #decode(String, boolean)}, for bytes in another charset. A charset in which {@code %} is not one byte
     * with the value of ASCII cannot be percent-encoded; that is an {@link IllegalArgumentException}.
     */
    public static String decode(String raw, boolean plusIsSpace, Charset charset) {
        if (raw.indexOf('%') < 0 && !(plusIsSpace && raw.indexOf('+') >= 0)) {
            return raw;
        }
        if (!Arrays.equals("%".getBytes(charset), new byte[] {'%'})) {
            throw new IllegalArgumentException("'" + raw + "' cannot be percent-encoded " + charset);
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
                                : Character.toString(c).getBytes(charset));
                at += Character.charCount(c);
            }
        }
        try {
            return charset.newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("'" + raw + "' is not percent-encoded " + charset, e);
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
