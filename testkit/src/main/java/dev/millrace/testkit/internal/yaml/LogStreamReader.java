package dev.millrace.testkit.internal.yaml;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.scanner.Constant;

/**
 * A reader for the YAML parser that keeps only the current token in memory. The reader of the library copies all that
 * it has read of a line whenever it needs more, so that its time grows with the square of the longest line; this one
 * doubles its buffer. Not thread-safe.
 */
final class LogStreamReader extends StreamReader {
    private static final int BYTE_ORDER_MARK = 0xFEFF;
    private static final int[] NO_SNIPPET = {};
    private static final int PIECE = 1024;

    private final String name;
    private final Reader in;
    private final char[] piece = new char[PIECE];

    /** A high surrogate at the end of the last piece; 0 for none. */
    private char high;

    private int[] window = new int[4 * PIECE];
    private int pointer;
    private int filled;
    private boolean atEnd;
    private int index;
    private int documentIndex;
    private int line;
    private int column;

    LogStreamReader(String name, Reader in) {
        super("");
        this.name = name;
        this.in = in;
    }

    /** The character so many places ahead; 0 after the end, as the scanner expects. */
    private int at(int ahead) {
        while (!atEnd && pointer + ahead >= filled) {
            fill();
        }
        return pointer + ahead < filled ? window[pointer + ahead] : 0;
    }

    private void fill() {
        int count;
        try {
            count = in.read(piece, 0, PIECE);
        } catch (IOException e) {
            throw new UncheckedIOException("log cannot be read: " + name + "; " + e.getMessage(), e);
        }
        if (count < 0) {
            atEnd = true;
            return;
        }
        makeRoom(count);
        for (int i = 0; i < count; i++) {
            char c = piece[i];
            if (Character.isHighSurrogate(c)) {
                high = c; // the other half follows, or the log reader has refused the text
            } else {
                window[filled++] = high == 0 ? c : Character.toCodePoint(high, c);
                high = 0;
            }
        }
    }

    private void makeRoom(int count) {
        if (filled + count <= window.length) {
            return;
        }
        int rest = filled - pointer;
        int length = rest + count > window.length / 2 ? 2 * window.length : window.length;
        int[] larger = length == window.length ? window : new int[length];
        System.arraycopy(window, pointer, larger, 0, rest);
        window = larger;
        filled = rest;
        pointer = 0;
    }

    @Override
    public Mark getMark() {
        return new Mark(name, index, line, column, NO_SNIPPET, 0);
    }

    @Override
    public void forward() {
        forward(1);
    }

    @Override
    public void forward(int count) {
        for (int i = 0; i < count; i++) {
            int c = at(0);
            if (pointer >= filled) {
                return;
            }
            pointer++;
            index++;
            documentIndex++;
            if (Constant.LINEBR.has(c) || (c == '\r' && at(0) != '\n' && pointer < filled)) {
                line++;
                column = 0;
            } else if (c != BYTE_ORDER_MARK) {
                column++;
            }
        }
    }

    @Override
    public int peek() {
        return at(0);
    }

    @Override
    public int peek(int ahead) {
        return at(ahead);
    }

    @Override
    public String prefix(int count) {
        at(count);
        return new String(window, pointer, Math.min(count, filled - pointer));
    }

    @Override
    public String prefixForward(int count) {
        String prefix = prefix(count);
        pointer += count;
        index += count;
        documentIndex += count;
        column += count; // there is no line break in it
        return prefix;
    }

    @Override
    public int getColumn() {
        return column;
    }

    @Override
    public int getDocumentIndex() {
        return documentIndex;
    }

    @Override
    public void resetDocumentIndex() {
        documentIndex = 0;
    }

    @Override
    public int getIndex() {
        return index;
    }

    @Override
    public int getLine() {
        return line;
    }
}
