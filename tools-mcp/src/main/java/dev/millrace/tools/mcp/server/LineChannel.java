package dev.millrace.tools.mcp.server;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Reads and writes lines in UTF-8. One thread reads; many may write. */
final class LineChannel {
    /** The longest line that is read. */
    static final int MOST_BYTES = 16 * 1024 * 1024;

    private final InputStream in;
    private final OutputStream out;
    private final int most;

    LineChannel(InputStream in, OutputStream out, int most) {
        this.in = new BufferedInputStream(in);
        this.out = out;
        this.most = most;
    }

    /** A line was too long; the rest of it was read and dropped. */
    static final class TooLongException extends IOException {
        private static final long serialVersionUID = 1L;

        TooLongException(int most) {
            super("the message has more than " + most + " bytes; send less at once");
        }
    }

    /** The next line without its end; empty at the end of the input. */
    Optional<String> read() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        boolean isTooLong = false;
        int next = in.read();
        if (next < 0) {
            return Optional.empty();
        }
        for (; next >= 0 && next != '\n'; next = in.read()) {
            if (line.size() < most) {
                line.write(next);
            } else {
                isTooLong = true;
            }
        }
        if (isTooLong) {
            throw new TooLongException(most);
        }
        return Optional.of(line.toString(StandardCharsets.UTF_8));
    }

    synchronized void write(String line) throws IOException {
        out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        out.flush();
    }
}
