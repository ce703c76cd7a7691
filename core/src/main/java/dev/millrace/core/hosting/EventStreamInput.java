package dev.millrace.core.hosting;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * The bytes of a {@code text/event-stream} with one kind of line end: CR LF and a CR alone become LF. The standard
 * allows all three, and parsers that know only some of them lose frames. A CR is passed on at once, so a frame does not
 * wait for the next byte. Not thread-safe.
 *
 * @since 0.1
 */
public final class EventStreamInput extends FilterInputStream {
    /** Whether the last byte was a CR, so that an LF is a part of the same line end. */
    private boolean afterCarriageReturn;

    /** Reads from another stream, and closes it. */
    public EventStreamInput(InputStream in) {
        super(in);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
        int kept = 0;
        while (kept == 0) {
            int count = super.read(bytes, from, length);
            if (count <= 0) {
                return count;
            }
            kept = normalize(bytes, from, count);
        }
        return kept;
    }

    private int normalize(byte[] bytes, int from, int count) {
        int to = from;
        for (int i = from; i < from + count; i++) {
            byte b = bytes[i];
            if (b != '\n' || !afterCarriageReturn) {
                bytes[to++] = b == '\r' ? (byte) '\n' : b;
            }
            afterCarriageReturn = b == '\r';
        }
        return to - from;
    }

    /** Skips bytes of the result. */
    @Override
    public long skip(long count) throws IOException {
        long skipped = 0;
        while (skipped < count && read() >= 0) {
            skipped++;
        }
        return skipped;
    }

    /** Marks are not supported. */
    @Override
    public boolean markSupported() {
        return false;
    }
}
