package dev.millrace.server.internal.formats;

import dev.millrace.core.JsonCodec;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Indents compact JSON as {@link JsonCodec#indent} does, in one pass over its bytes and without a parser. The JSON may
 * come in several pieces, none of which ends inside a text. For one thread.
 */
public final class JsonIndenter {
    private static final int MOST_LEVELS = 32; // as in JsonCodec.indent

    /** What follows a backslash where the parser and the generator of the library write the same escape again. */
    private static final String SAME_ESCAPES = "\"\\bfnrt";

    private byte[] out;
    private int length;
    private int depth;
    private boolean isOpened;

    private JsonIndenter(int compact) {
        this.out = new byte[compact + compact / 2 + 64];
    }

    /**
     * The indented JSON of a value, and a line end.
     *
     * @throws IllegalArgumentException if there is no value, or one of its texts, objects or arrays has no end
     */
    public static byte[] lines(List<byte[]> compact) {
        return inOnePass(compact).orElseGet(() -> {
            byte[] indented = JsonCodec.indent(joined(compact));
            byte[] lines = Arrays.copyOf(indented, indented.length + 1);
            lines[indented.length] = '\n';
            return lines;
        });
    }

    /** All bytes of the pieces. */
    public static byte[] joined(List<byte[]> pieces) {
        ByteBuffer all = ByteBuffer.allocate(length(pieces));
        pieces.forEach(all::put);
        return all.array();
    }

    public static int length(List<byte[]> pieces) {
        return pieces.stream().mapToInt(piece -> piece.length).sum();
    }

    /** Empty if the library would change more than white space, or the brackets do not match. */
    static Optional<byte[]> inOnePass(List<byte[]> compact) {
        JsonIndenter indenter = new JsonIndenter(length(compact));
        for (byte[] piece : compact) {
            if (!indenter.add(piece)) {
                return Optional.empty();
            }
        }
        if (indenter.length == 0 || indenter.depth > 0) {
            return Optional.empty();
        }
        indenter.put((byte) '\n');
        return Optional.of(Arrays.copyOf(indenter.out, indenter.length));
    }

    private boolean add(byte[] json) {
        int at = 0;
        while (at < json.length) {
            byte b = json[at];
            int end = b == '"' ? endOfText(json, at + 1) : at + 1;
            if (end < 0 || b <= ' ') {
                return false;
            }
            if (b == '}' || b == ']') {
                depth--;
                if (depth < 0) {
                    return false;
                }
                newLine(!isOpened);
                isOpened = false;
            } else {
                newLine(isOpened);
                isOpened = b == '{' || b == '[';
                depth += isOpened ? 1 : 0;
            }
            put(json, at, end);
            if (b == ':') {
                put((byte) ' ');
            }
            newLine(b == ',');
            at = end;
        }
        return true;
    }

    /** The index after the quote that ends a text; -1 if there is none, or an escape can be written in another way. */
    private static int endOfText(byte[] json, int start) {
        for (int at = start; at < json.length; at++) {
            if (json[at] == '"') {
                return at + 1;
            }
            if (json[at] == '\\') {
                at++;
                if (at == json.length || SAME_ESCAPES.indexOf(json[at]) < 0) {
                    return -1;
                }
            }
        }
        return -1;
    }

    private void newLine(boolean isNeeded) {
        if (isNeeded) {
            int blanks = 2 * Math.min(depth, MOST_LEVELS);
            makeRoom(1 + blanks);
            out[length] = '\n';
            Arrays.fill(out, length + 1, length + 1 + blanks, (byte) ' ');
            length += 1 + blanks;
        }
    }

    private void put(byte[] json, int from, int to) {
        makeRoom(to - from);
        System.arraycopy(json, from, out, length, to - from);
        length += to - from;
    }

    private void put(byte b) {
        makeRoom(1);
        out[length++] = b;
    }

    private void makeRoom(int more) {
        if (length + more > out.length) {
            out = Arrays.copyOf(out, 2 * (length + more));
        }
    }
}
