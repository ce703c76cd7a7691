package dev.millrace.benchmarks.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** A connection that reads a stream from its start and waits for new events. */
interface LiveRead {
    /** The request that begins the read. */
    ByteBuffer begin();

    /**
     * Takes what has arrived.
     *
     * @return the request that goes on with the read, if one is needed
     * @throws IOException if the server refused the read or ended it
     */
    @Nullable ByteBuffer take(ByteBuffer bytes) throws IOException;

    /** Server-sent events. */
    final class OverHttp implements LiveRead {
        private final String path;
        private final HttpReplyReader reader;

        OverHttp(String path, LongConsumer marks) {
            this.path = path;
            this.reader = new HttpReplyReader(new MarkScanner(marks)::scan);
        }

        @Override
        public ByteBuffer begin() {
            return bytes(Request.head("GET", path, "Accept: text/event-stream\r\n"));
        }

        @Override
        public @Nullable ByteBuffer take(ByteBuffer bytes) throws IOException {
            if (reader.read(bytes)) {
                throw new IOException("the server ended the live read of " + path);
            }
            return null;
        }
    }

    /** {@code XREAD BLOCK}, again after each reply. */
    final class OverRedis implements LiveRead {
        private final String key;
        private final RedisReplyReader reader;
        private String last = "0-0";

        OverRedis(String key, LongConsumer marks) {
            MarkScanner scanner = new MarkScanner(marks);
            this.key = key;
            this.reader = new RedisReplyReader(1, text -> {
                if (Character.isDigit(text[0])) {
                    last = RedisReplyReader.text(text);
                } else {
                    scanner.scan(ByteBuffer.wrap(text));
                }
            });
        }

        @Override
        public ByteBuffer begin() {
            return bytes("XREAD COUNT 1000 BLOCK 0 STREAMS " + key + " " + last + "\r\n");
        }

        @Override
        public @Nullable ByteBuffer take(ByteBuffer bytes) throws IOException {
            return reader.read(bytes) ? begin() : null;
        }
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }
}
