package dev.millrace.server.internal.formats;

import dev.millrace.server.internal.http.HttpErrorException;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.reader.ReaderException;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.scanner.Constant;

/**
 * A reader for the YAML parser over a text that is in memory. The reader of the library copies all that it has read of
 * a line whenever it needs more, so that its time grows with the square of the longest line. It stops at the end of an
 * event that is too large, because the scanner reads a text to its end before the parser hears of it. For one thread.
 */
final class WholeTextReader extends StreamReader {
    private static final int BYTE_ORDER_MARK = 0xFEFF;
    private static final int[] NO_SNIPPET = {};

    /** The scanner reads so far ahead, and a token more, to see whether a key begins here. */
    private static final int LOOK_AHEAD = 1_100;

    private final String text;
    private final int @Nullable [] codePoints;
    private final int length;
    private final int longestEvent;
    private int end;
    private int index;
    private int documentIndex;
    private int line;
    private int column;

    /**
     * A reader that refuses an event of about {@code longestEvent} characters or more. Throws a {@link ReaderException} if
     * the text has a character that YAML does not allow.
     */
    WholeTextReader(String text, int longestEvent) {
        super("");
        this.text = text;
        this.length = text.codePointCount(0, text.length());
        this.codePoints = length == text.length() ? null : text.codePoints().toArray();
        this.end = length;
        for (int i = 0; i < length; i++) {
            if (!isPrintable(at(i))) {
                throw new ReaderException("'body'", i, at(i), "special characters are not allowed");
            }
        }
        this.longestEvent = longestEvent;
        eventBegins(0);
    }

    /** Says that the next event begins at this index, or soon after it. */
    void eventBegins(int start) {
        end = (int) Math.min(length, (long) start + LOOK_AHEAD + longestEvent + 1);
    }

    /**
     * The character at an index; 0 after the end, as the scanner expects. Throws an {@link HttpErrorException} if the
     * event is too large.
     */
    private int at(int i) {
        if (i >= end) {
            if (end < length) {
                throw AppendBodyParser.tooLarge("event", longestEvent, "more");
            }
            return 0;
        }
        return codePoints == null ? text.charAt(i) : codePoints[i];
    }

    @Override
    public Mark getMark() {
        return new Mark("'body'", index, line, column, NO_SNIPPET, 0);
    }

    @Override
    public void forward() {
        forward(1);
    }

    @Override
    public void forward(int count) {
        for (int i = 0; i < count && index < length; i++) {
            int c = at(index++);
            documentIndex++;
            if (Constant.LINEBR.has(c) || (c == '\r' && index < length && at(index) != '\n')) {
                line++;
                column = 0;
            } else if (c != BYTE_ORDER_MARK) {
                column++;
            }
        }
    }

    @Override
    public int peek() {
        return at(index);
    }

    @Override
    public int peek(int ahead) {
        return at(index + ahead);
    }

    @Override
    public String prefix(int count) {
        int end = Math.min(index + count, length);
        return codePoints == null ? text.substring(index, end) : new String(codePoints, index, end - index);
    }

    @Override
    public String prefixForward(int count) {
        String prefix = prefix(count);
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
