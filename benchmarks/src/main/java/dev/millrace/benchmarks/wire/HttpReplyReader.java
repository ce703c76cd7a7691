package dev.millrace.benchmarks.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Consumer;

/** Reads HTTP/1.1 responses with a length or in chunks. A status other than 2xx is an error. */
final class HttpReplyReader implements ReplyReader {
    private static final int HEAD_LIMIT = 16 * 1024;
    private static final int NO_BYTE_YET = -1;

    private enum Part {
        HEAD,
        BODY,
        CHUNK_SIZE,
        CHUNK,
        CHUNK_END,
        LAST_LINE
    }

    private final Consumer<ByteBuffer> body;
    private final byte[] head = new byte[HEAD_LIMIT];
    private Part part = Part.HEAD;
    private int headLength;
    private long left;
    private int size = NO_BYTE_YET;
    private boolean inExtension;

    /** Ignores the bodies. */
    HttpReplyReader() {
        this(part -> {});
    }

    /** @param body takes each part of a body, without the frames of chunks */
    HttpReplyReader(Consumer<ByteBuffer> body) {
        this.body = body;
    }

    @Override
    public boolean read(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            boolean isComplete = switch (part) {
                case HEAD -> readHead(bytes);
                case BODY -> readBody(bytes);
                case CHUNK_SIZE -> readChunkSize(bytes.get());
                case CHUNK -> readChunk(bytes);
                case CHUNK_END -> readChunkEnd(bytes.get());
                case LAST_LINE -> readLastLine(bytes.get());
            };
            if (isComplete) {
                part = Part.HEAD;
                headLength = 0;
                return true;
            }
        }
        return false;
    }

    private boolean readHead(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            byte next = bytes.get();
            if (headLength == HEAD_LIMIT) {
                throw new IOException("the head of a response is longer than " + HEAD_LIMIT + " bytes");
            }
            head[headLength++] = next;
            if (next == '\n' && headLength > 3 && head[headLength - 3] == '\n') {
                return begin(bytes);
            }
        }
        return false;
    }

    private boolean begin(ByteBuffer bytes) throws IOException {
        String text = new String(head, 0, headLength, StandardCharsets.ISO_8859_1);
        if (!text.startsWith("HTTP/1.1 2")) {
            throw new IOException("refused: " + text.lines().findFirst().orElse("") + ": "
                    + StandardCharsets.UTF_8.decode(bytes.slice()));
        }
        String lower = text.toLowerCase(Locale.ROOT);
        int length = lower.indexOf("\r\ncontent-length:");
        if (length >= 0) {
            int begin = length + "\r\ncontent-length:".length();
            left = Long.parseLong(
                    lower.substring(begin, lower.indexOf('\r', begin)).strip());
            part = Part.BODY;
            return left == 0;
        }
        if (lower.contains("\r\ntransfer-encoding: chunked")) {
            part = Part.CHUNK_SIZE;
            return false;
        }
        return text.startsWith("204", 9);
    }

    private boolean readBody(ByteBuffer bytes) {
        take(bytes);
        return left == 0;
    }

    private boolean readChunk(ByteBuffer bytes) {
        take(bytes);
        if (left == 0) {
            part = Part.CHUNK_END;
        }
        return false;
    }

    private void take(ByteBuffer bytes) {
        int count = (int) Math.min(left, bytes.remaining());
        body.accept(bytes.slice(bytes.position(), count));
        bytes.position(bytes.position() + count);
        left -= count;
    }

    private boolean readChunkSize(byte next) throws IOException {
        if (next == '\n') {
            left = size;
            part = size == 0 ? Part.LAST_LINE : Part.CHUNK;
            size = NO_BYTE_YET;
            inExtension = false;
        } else if (next == ';') {
            inExtension = true;
        } else if (next != '\r' && !inExtension) {
            int digit = Character.digit(next, 16);
            if (digit < 0) {
                throw new IOException("a chunk begins with the byte " + next + " instead of its size");
            }
            size = Math.max(size, 0) * 16 + digit;
        }
        return false;
    }

    private boolean readChunkEnd(byte next) {
        if (next == '\n') {
            part = Part.CHUNK_SIZE;
        }
        return false;
    }

    private boolean readLastLine(byte next) {
        return next == '\n';
    }
}
