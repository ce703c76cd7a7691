package dev.millrace.testkit.internal.yaml;

import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/**
 * A reader of UTF-8 that returns all characters before a decoding error and then throws, so that the place of the error
 * is known. The JDK's reader replaces errors, or drops characters before them. Not thread-safe.
 */
public final class Utf8Decoder extends Reader {
    private final InputStream in;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private final ByteBuffer bytes = ByteBuffer.allocate(8192).limit(0);
    private boolean atEnd;

    public Utf8Decoder(InputStream in) {
        this.in = in;
    }

    @Override
    public int read(char[] buffer, int start, int length) throws IOException {
        if (length < 2) {
            throw new IllegalArgumentException("a character may need two places, got " + length);
        }
        CharBuffer chars = CharBuffer.wrap(buffer, start, length);
        while (true) {
            CoderResult result = decoder.decode(bytes, chars, atEnd);
            if (chars.position() > 0) {
                return chars.position();
            }
            if (result.isError()) {
                result.throwException();
            }
            if (atEnd) {
                return -1;
            }
            bytes.compact();
            int count = in.read(bytes.array(), bytes.position(), bytes.remaining());
            atEnd = count < 0;
            bytes.position(bytes.position() + Math.max(0, count)).flip();
        }
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
