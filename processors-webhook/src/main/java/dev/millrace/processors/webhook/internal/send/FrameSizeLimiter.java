package dev.millrace.processors.webhook.internal.send;

import java.io.IOException;
import okio.Buffer;
import okio.ForwardingSource;
import okio.Source;

/**
 * A source that limits the length of WebSocket messages. It passes frames on and reads their headers (RFC 6455, section
 * 5.2). If a header announces more than the limit, it passes nothing more on: it reads and discards until the peer
 * closes the connection, so that the peer can receive the reason. Not thread-safe.
 */
final class FrameSizeLimiter extends ForwardingSource {
    private static final int LAST_FRAME = 0x80;
    private static final int CONTROL = 0x08;
    private static final int LENGTH = 0x7f;
    private static final long PIECE = 8192;

    private final long limit;
    private final Runnable tooLong;
    private final Buffer seen = new Buffer();
    private long restOfFrame;
    private long message;
    private boolean over;

    /** {@code limit} is the longest message, in bytes; {@code tooLong} runs once, at the first longer one. */
    FrameSizeLimiter(Source frames, long limit, Runnable tooLong) {
        super(frames);
        this.limit = limit;
        this.tooLong = tooLong;
    }

    @Override
    public long read(Buffer sink, long byteCount) throws IOException {
        while (over) {
            seen.clear();
            if (super.read(seen, PIECE) < 0) {
                return -1;
            }
        }
        long read = super.read(sink, byteCount);
        if (read > 0) {
            sink.copyTo(seen, sink.size() - read, read);
            do {
                long skipped = Math.min(restOfFrame, seen.size());
                seen.skip(skipped);
                restOfFrame -= skipped;
            } while (restOfFrame == 0 && header());
        }
        return read;
    }

    /** Removes a header from {@code seen}; false if it is not complete yet, or announces too much. */
    private boolean header() throws IOException {
        int length = seen.size() < 2 ? 0 : seen.getByte(1) & LENGTH;
        int more = length < LENGTH - 1 ? 0 : length < LENGTH ? Short.BYTES : Long.BYTES;
        if (seen.size() < 2 + more) {
            return false;
        }
        int first = seen.readByte();
        seen.skip(1);
        restOfFrame = more == 0 ? length : more == Short.BYTES ? seen.readShort() & 0xffff : seen.readLong();
        boolean data = (first & CONTROL) == 0;
        if (restOfFrame < 0 || (data && restOfFrame > limit - message)) {
            over = true;
            tooLong.run();
            return false;
        }
        if (data) {
            message = (first & LAST_FRAME) == 0 ? message + restOfFrame : 0;
        }
        return true;
    }
}
