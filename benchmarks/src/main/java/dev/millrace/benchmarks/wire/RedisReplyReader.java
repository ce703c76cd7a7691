package dev.millrace.benchmarks.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Reads replies of Redis (RESP 2), arrays included. An error of the server is an error. */
final class RedisReplyReader implements ReplyReader {
    private final int commands;
    private final Consumer<byte[]> texts;
    private final StringBuilder line = new StringBuilder();
    private long open;
    private byte[] text = new byte[0];
    private int filled;
    private boolean inText;

    /** @param commands how many replies answer one request */
    RedisReplyReader(int commands) {
        this(commands, text -> {});
    }

    /** @param texts takes each bulk string */
    RedisReplyReader(int commands, Consumer<byte[]> texts) {
        this.commands = commands;
        this.texts = texts;
    }

    @Override
    public boolean read(ByteBuffer bytes) throws IOException {
        if (open == 0) {
            open = commands;
        }
        while (bytes.hasRemaining()) {
            boolean isValue = inText ? readText(bytes) : readLine(bytes.get());
            if (isValue && --open == 0) {
                return true;
            }
        }
        return false;
    }

    /** A text and the two bytes after it. */
    private boolean readText(ByteBuffer bytes) {
        int count = Math.min(text.length + 2 - filled, bytes.remaining());
        int ofText = Math.max(0, Math.min(count, text.length - filled));
        bytes.get(text, Math.min(filled, text.length), ofText);
        bytes.position(bytes.position() + count - ofText);
        filled += count;
        if (filled < text.length + 2) {
            return false;
        }
        inText = false;
        texts.accept(text);
        return true;
    }

    private boolean readLine(byte next) throws IOException {
        if (next != '\n') {
            line.append((char) (next & 0xff));
            return false;
        }
        String read = line.toString().strip();
        line.setLength(0);
        if (read.isEmpty()) {
            throw new IOException("an empty line instead of a reply");
        }
        switch (read.charAt(0)) {
            case '+', ':' -> {
                return true;
            }
            case '$' -> {
                int length = Integer.parseInt(read.substring(1));
                if (length < 0) {
                    return true;
                }
                text = new byte[length];
                filled = 0;
                inText = true;
                return false;
            }
            case '*' -> {
                open += Math.max(0, Integer.parseInt(read.substring(1)));
                return true;
            }
            default -> throw new IOException("refused: " + read);
        }
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
